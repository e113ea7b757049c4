#pragma once
// What is wrong, where, and what would be right. Readers collect every issue of an input and throw
// one InputError (exit code 2); RunError is for the world: disk full, no such device (exit code 3).

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidepool {

// A place in a text file. Lines and columns count from 1; 0 means "the file as a whole".
// `--set` arguments are files called `--set#1`, `--set#2`, ...
struct Position {
    std::string file;
    int line = 0;
    int column = 0;
    friend bool operator==(const Position&, const Position&) = default;
};

struct Issue {
    Position at;
    std::string path;  // field path such as `clusters[0].nodes`; empty when there is none
    std::string
        problem;       // lower case, no full stop, ends with the offending value: "... (got '3')"
    std::string hint;  // "did you mean 'memory'?" or what to write instead; may be empty
};

// file:line:column: path: problem, hint   (parts that are missing are left out)
std::string to_string(const Issue& issue);

// Collects issues so that one run reports all of them.
class Issues {
public:
    void add(Position at, std::string path, std::string problem, std::string hint = {}) {
        list_.push_back({std::move(at), std::move(path), std::move(problem), std::move(hint)});
    }
    void add(Issue issue) { list_.push_back(std::move(issue)); }
    bool empty() const { return list_.empty(); }
    const std::vector<Issue>& list() const { return list_; }
    // Throws InputError with everything collected so far, if there is anything.
    void throw_if_any();

private:
    std::vector<Issue> list_;
};

class InputError : public std::runtime_error {
public:
    explicit InputError(std::vector<Issue> issues);
    const std::vector<Issue>& issues() const { return issues_; }

private:
    std::vector<Issue> issues_;
};

// One issue of a file as a whole, ready to be thrown.
InputError input_error(const std::string& file, std::string problem, std::string hint = {});

// The world refused: says what was attempted and what it answered.
class RunError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// The name in `candidates` that the writer most likely meant, or empty: at most two edits away (one
// for names of up to four letters), swapped neighbours counting as one; first of equals.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

// "did you mean 'x'?" for the nearest candidate, or empty.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace tidepool
