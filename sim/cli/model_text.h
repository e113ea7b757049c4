#pragma once
// What the tables of `tidepool model` have in common: the size of a job, numbers for people.

#include <cmath>
#include <string>
#include <vector>

#include "sim/base/quantity.h"

namespace tidepool::cli {

using Rows = std::vector<std::vector<std::string>>;

std::string formatted(const char* format, double value);  // one value, as printf does
// Four digits in the largest unit that has two before the point: `17.55 min`; infinite: `never`.
std::string duration(double seconds);
// To the nearest whole number, `1,436,021`; large ones in four digits, infinite ones `-`.
std::string rounded(double number);
std::string percent(double share);                            // `12.30 %`
std::string counted(double number, const std::string& noun);  // `1 node`, `2,048 nodes`

// How large a job is; 0: nobody said.
struct JobSize {
    double nodes = 0, gpus = 0;
};

// From a question with `nodes`, `gpus` (at most one of them) and `gpus_per_node`.
template <class Question>
JobSize size_of(const Question& question) {
    const auto per_node = static_cast<double>(question.gpus_per_node);
    if (question.gpus) {
        const auto gpus = static_cast<double>(*question.gpus);
        return {std::ceil(gpus / per_node), gpus};
    }
    const double nodes = question.nodes ? static_cast<double>(*question.nodes) : 0;
    return {nodes, nodes * per_node};
}

// One sentence: who is interrupted how often.
std::string frequency(Seconds mtti, const JobSize& size);

}  // namespace tidepool::cli
