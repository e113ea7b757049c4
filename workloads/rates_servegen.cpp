// ServeGen's windows: a tar archive, or a folder, of chunk-<client>-trace.csv without a header.
// Columns: begin of the window (s), rate (requests/s), coefficient of variation of the gaps, law of
// the gaps (Gamma, Weibull; empty: no requests), its shape, its scale (s). The shape is used: it
// was fitted to the gaps; the cv beside it is that of the gaps themselves and differs where the law
// does not fit them well.

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "workloads/csv.h"
#include "workloads/rate_reader.h"
#include "workloads/source.h"
#include "workloads/tar.h"

namespace tidepool::workloads {
namespace {

constexpr std::size_t kMostChunks = 100'000;

// The client's number in `.../chunk-12-trace.csv`.
std::optional<std::uint64_t> client_of(std::string_view name) {
    constexpr std::string_view kBefore = "chunk-";
    constexpr std::string_view kAfter = "-trace.csv";
    name = name.substr(name.rfind('/') + 1);
    if (!name.starts_with(kBefore) || !name.ends_with(kAfter) ||
        name.size() <= kBefore.size() + kAfter.size()) {
        return std::nullopt;
    }
    name.remove_prefix(kBefore.size());
    name.remove_suffix(kAfter.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional(number)
                                                                    : std::nullopt;
}

class ServeGen {
public:
    ServeGen(const std::string& path, Issues& issues) : path_(path), issues_(issues) {}

    RateTrace read() {
        std::error_code error;
        before_ = issues_.list().size();
        try {
            std::filesystem::is_directory(path_, error) ? read_folder() : read_archive();
        } catch (const BrokenStream& broken) {
            issues_.add({path_, 0, 0}, {}, broken.what());
        }
        if (clients_.empty() && good()) {
            issues_.add({path_, 0, 0}, {}, "holds no file chunk-<client>-trace.csv");
        }
        RateTrace trace;
        trace.gaps_given = true;
        trace.end = {end_};
        for (auto& [number, client] : clients_) {
            trace.clients.push_back(std::move(client));
        }
        return trace;
    }

private:
    bool good() const { return issues_.list().size() == before_; }
    bool listed_enough() const { return issues_.list().size() >= before_ + Problems::kListed; }

    void read_archive() {
        TarFiles files(open_bytes(path_));
        while (!listed_enough() && files.next()) {
            if (const auto client = client_of(files.name())) {
                read_client(*client, path_ + '(' + files.name() + ')', folder_of(files.name()),
                            files.open());
            }
        }
    }

    void read_folder() {
        namespace fs = std::filesystem;
        std::error_code error;
        std::map<std::uint64_t, std::string> names;  // the folder's own order is accidental
        for (fs::directory_iterator it(path_, error), end; !error && it != end;
             it.increment(error)) {
            const std::string name = it->path().filename().string();
            if (const auto client = client_of(name); client && names.size() < kMostChunks) {
                names.emplace(*client, it->path().string());
            }
        }
        if (error) {
            throw BrokenStream("cannot be read: " + error.message());
        }
        for (const auto& [client, name] : names) {
            if (!listed_enough()) {
                read_client(client, name, {}, open_bytes(name));
            }
        }
    }

    static std::string folder_of(const std::string& name) {
        return name.substr(0, name.rfind('/') + 1);
    }

    void read_client(std::uint64_t number, const std::string& file, const std::string& folder,
                     std::unique_ptr<ByteSource> bytes) {
        Problems problems(file, issues_);
        if (!folder_) {
            folder_ = folder;
        }
        if (folder != *folder_) {
            problems.add(0, 0, {}, "another folder than " + shown(*folder_),
                         "pack the clients of one model");
        } else if (clients_.count(number) != 0) {
            problems.add(0, 0, {}, "a second file of this client");
        } else if (clients_.size() >= kMostClients) {
            problems.add(0, 0, {}, "more than " + std::to_string(kMostClients) + " clients");
        } else {
            LineSource lines(std::move(bytes), problems);
            read_windows(lines, problems, number);
        }
        problems.finish();
    }

    void read_windows(LineSource& lines, Problems& problems, std::uint64_t number) {
        static constexpr std::array<CsvColumn, 6> kColumns{CsvColumn{"t"},  CsvColumn{"rate"},
                                                           CsvColumn{"cv"}, CsvColumn{"pattern"},
                                                           CsvColumn{"p1"}, CsvColumn{"p2"}};
        CsvTable table(lines, problems);
        table.assume_header(kColumns);
        RateBuilder builder;
        builder.count_steps(steps_);
        std::size_t rows = 0;
        for (; table.next_row(); ++rows) {
            Row row{problems, table.line()};
            const std::size_t client = builder.client(row, *table[0], std::to_string(number));
            const RateStep step = read_window(table, row);
            builder.add(row, *table[0], "t", client, step);
        }
        if (rows < 2 && !problems.any()) {
            problems.add(0, 0, {}, "at least two windows are wanted, to know how long they are");
        }
        if (!problems.any()) {
            end_ = std::max(end_, builder.natural_end().value);
            steps_ = builder.steps();
            clients_.emplace(number, std::move(builder.trace().clients[0]));
        }
    }

    static RateStep read_window(const CsvTable& table, Row& row) {
        constexpr double kAny = 1e300;
        RateStep step;
        step.begin = row.time(*table[0], "t");
        step.rate = row.real(*table[1], "rate", 0, kMostRate);
        row.real(*table[2], "cv", 0, kAny);
        const Field& pattern = *table[3];
        const bool weibull = pattern.text == "Weibull";
        if (weibull || pattern.text == "Gamma") {
            step.law = weibull ? GapLaw::kWeibull : GapLaw::kGamma;
            step.shape =
                row.real(*table[4], "p1", weibull ? kLeastWeibull : kLeastShape, kMostShape);
        } else if (!pattern.text.empty()) {
            row.fail(pattern, "pattern", "unknown value" + got(pattern.text),
                     "use Gamma or Weibull, or nothing where there are no requests");
        } else if (row.ok && step.rate > 0) {
            row.fail(pattern, "pattern", "the value is missing, but there are requests");
        } else {
            row.real(*table[4], "p1", 0, kAny);
        }
        row.real(*table[5], "p2", 0, kAny);
        return step;
    }

    const std::string& path_;
    Issues& issues_;
    std::size_t before_ = 0;
    std::optional<std::string> folder_;
    std::map<std::uint64_t, RateClient> clients_;
    std::size_t steps_ = 0;
    double end_ = 0;
};

}  // namespace

RateTrace read_servegen(const std::string& path, Issues& issues) {
    return ServeGen(path, issues).read();
}

}  // namespace tidepool::workloads
