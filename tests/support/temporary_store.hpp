// The check that ends every test that opens a store, with the directory that such a test works in.
#pragma once

#include <doctest/doctest.h>

#include "cambium/kv/maintenance.hpp"
#include "temporary_directory.hpp"

namespace cambium::test {

/// Every finding of check() is a failure of the test.
inline kv::CheckReport require_sound(kv::Environment& environment) {
    kv::CheckReport report = kv::check(environment);
    for (const kv::Finding& finding : report.findings)
        FAIL_CHECK("page " << finding.page << ", tree " << finding.tree << ": " << finding.what);
    REQUIRE(report.ok());
    return report;
}

}  // namespace cambium::test
