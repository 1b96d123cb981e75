// A directory for one test's stores, and the check that ends every test that opens one.
#pragma once

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <stdlib.h>

#include "cambium/kv/maintenance.hpp"

namespace cambium::test {

/// Removed with everything in it when the test ends.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "cambium-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Every finding of check() is a failure of the test.
inline kv::CheckReport require_sound(kv::Environment& environment) {
    kv::CheckReport report = kv::check(environment);
    for (const kv::Finding& finding : report.findings)
        FAIL_CHECK("page " << finding.page << ", tree " << finding.tree << ": " << finding.what);
    REQUIRE(report.ok());
    return report;
}

}  // namespace cambium::test
