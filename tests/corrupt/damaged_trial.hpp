// One damaged file, tried in every way: opened, read, scanned, written, checked, salvaged.
//
// What must hold: each answer is the one of a state that the file may show, or Error{corrupt} with a reason; what
// check() calls sound is read, written and salvaged whole; check() throws nothing; salvage() keeps what is right
// only.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "file_record.hpp"

namespace cambium::test {

/// A promise that was not kept.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct TrialCounts {
    std::uint64_t right = 0;    ///< answers
    std::uint64_t refused = 0;  ///< calls that ended with Error{corrupt}
    std::uint64_t not_opened = 0;
    std::uint64_t found = 0;     ///< files in which check() found something
    std::uint64_t salvaged = 0;  ///< files of which salvage() kept something
};

class DamagedTrial {
public:
    /// `path` is the damaged file, which is only read; `states` are what it may show. With `stale` it holds pages
    /// of older generations, which are right by all that they say, so that answers may be old. Throws Broken.
    DamagedTrial(const std::string& path, const std::vector<Trees>& states, bool stale, TrialCounts& counts)
        : path_(path), states_(states), stale_(stale), counts_(counts) {}

    void run();

private:
    void read(bool verify);
    void write();
    void salvage();
    /// Runs a call; false when it was refused. Any other error is Broken.
    template <class Call>
    bool attempt(const char* doing, Call&& call);
    /// Keeps of the states that are still possible those that `agrees` holds for; none left is Broken.
    template <class Agrees>
    void narrow(const char* doing, std::uint64_t& possible, Agrees&& agrees);

    const std::string& path_;
    const std::vector<Trees>& states_;
    bool stale_;
    TrialCounts& counts_;
    bool verify_ = true;  ///< checksums are verified on read
    bool sound_ = false;  ///< check() found nothing
};

}  // namespace cambium::test
