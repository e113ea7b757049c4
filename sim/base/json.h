#pragma once
// Writes JSON, never reads it. Keys in the order given; numbers in the shortest form that reads
// back to the same value; not-a-number and infinities become null; text is escaped and must be
// UTF-8.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidepool {

class JsonWriter {
public:
    // indent 0: everything on one line.
    explicit JsonWriter(int indent = 2) : indent_(indent) {}

    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(double number);
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(std::uint64_t number);
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(unsigned number) { return value(static_cast<std::uint64_t>(number)); }
    JsonWriter& value(bool truth);
    JsonWriter& null();

    template <class T>
    JsonWriter& member(std::string_view name, const T& content) {
        key(name);
        return value(content);
    }

    // The document, ended with a line feed when indented.
    std::string str() const { return indent_ > 0 ? text_ + '\n' : text_; }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void before_value();
    void new_line();

    int indent_;
    std::string text_;
    std::vector<bool> filled_;  // per open bracket: does it hold anything yet
    bool after_key_ = false;
};

// Shortest decimal text that reads back to exactly this double; "nan", "inf" and "-inf" otherwise.
std::string shortest(double number);

}  // namespace tidepool
