// One line on the terminal that says what is being done; nothing when standard error is not a terminal.
#pragma once

#include <string>

namespace cambium::bench {

class Progress {
public:
    Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// Replace the line.
    void say(const std::string& what);
    void clear();

private:
    bool terminal_;
    bool shown_ = false;
};

}  // namespace cambium::bench
