#pragma once
// A folder of its own for every test, with a small trace and a small scenario in it.

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/base/issue.h"
#include "sim/scenario/load.h"

namespace tidepool::scenario {

class ScenarioFolder : public testing::Test {
protected:
    ScenarioFolder()
        : folder_(std::filesystem::temp_directory_path() /
                  ("scenario_" + std::string(test_name()))) {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_ / "sub");
        write("jobs.csv", "job_id,submit,duration,gpus\n1,0,10,8\n2,5,10,16\n");
        write("small.yaml",
              "tidepool: 1\nname: small\ntopology: {preset: dgx-pod}\nworkloads:\n"
              "  - trace: {file: jobs.csv}\n");
    }
    ~ScenarioFolder() override { std::filesystem::remove_all(folder_); }

    static const char* test_name() {
        return testing::UnitTest::GetInstance()->current_test_info()->name();
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }
    Loaded load_small(std::vector<std::string> overrides = {}) const {
        return load((folder_ / "small.yaml").string(), {std::move(overrides), {}, {}});
    }
    std::string problems(std::vector<std::string> overrides = {}) const {
        try {
            load_small(std::move(overrides));
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }

    std::filesystem::path folder_;
};

}  // namespace tidepool::scenario
