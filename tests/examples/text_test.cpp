// Numbers as people read them.
#include "text.hpp"

#include <doctest/doctest.h>

TEST_CASE("counts are grouped by thousands") {
    CHECK(catalog::count_text(0) == "0");
    CHECK(catalog::count_text(999) == "999");
    CHECK(catalog::count_text(1000) == "1,000");
    CHECK(catalog::count_text(63666) == "63,666");
    CHECK(catalog::count_text(18446744073709551615U) == "18,446,744,073,709,551,615");
    CHECK(catalog::counted(1, "package") == "1 package");
    CHECK(catalog::counted(1234, "package") == "1,234 packages");
}

TEST_CASE("durations have three digits") {
    CHECK(catalog::duration_text(0.0000412) == "0.041 ms");
    CHECK(catalog::duration_text(0.00123) == "1.23 ms");
    CHECK(catalog::duration_text(0.0123) == "12.3 ms");
    CHECK(catalog::duration_text(0.123) == "123 ms");
    CHECK(catalog::duration_text(4.5678) == "4.57 s");
}

TEST_CASE("sizes and rates") {
    CHECK(catalog::size_text(0) == "0 KiB");
    CHECK(catalog::size_text(831488) == "812 KiB");
    CHECK(catalog::size_text(std::uint64_t{48} << 20) == "48.0 MiB");
    CHECK(catalog::size_text(std::uint64_t{3} << 30) == "3.00 GiB");
    CHECK(catalog::rate_text(63666, 1.0) == "63,700/s");
    CHECK(catalog::rate_text(100, 2.0) == "50/s");
}
