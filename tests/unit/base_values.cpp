// Uuid and Uint256: making, text, order.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "seed.hpp"

using namespace cambium;

namespace {

constexpr std::string_view kLargest =
    "115792089237316195423570985008687907853269984665640564039457584007913129639935";
constexpr std::string_view kTooLarge =
    "115792089237316195423570985008687907853269984665640564039457584007913129639936";

unsigned version(const Uuid& uuid) {
    return uuid.bytes[6] >> 4U;
}
unsigned variant(const Uuid& uuid) {
    return uuid.bytes[8] >> 6U;
}

}  // namespace

TEST_CASE("version 4 UUIDs are random, with version and variant in their places") {
    std::set<Uuid> made;
    for (int i = 0; i < 1000; ++i) {
        const Uuid uuid = Uuid::v4();
        REQUIRE(version(uuid) == 4);
        REQUIRE(variant(uuid) == 2);
        made.insert(uuid);
    }
    CHECK(made.size() == 1000);
}

TEST_CASE("version 7 UUIDs ascend, begin with the time, and never repeat") {
    const auto milliseconds = [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now().time_since_epoch()).count();
    };
    const auto before = milliseconds();
    Uuid last = Uuid::v7();
    std::int64_t time = 0;
    for (int i = 0; i < 6; ++i) time = time * 256 + last.bytes[static_cast<std::size_t>(i)];
    CHECK(time >= before);
    for (int i = 0; i < 20000; ++i) {
        const Uuid next = Uuid::v7();
        REQUIRE(version(next) == 7);
        REQUIRE(variant(next) == 2);
        REQUIRE(next > last);
        last = next;
    }
}

TEST_CASE("version 7 UUIDs of several threads ascend on each and differ among them") {
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kEach = 3000;
    std::vector<std::vector<Uuid>> made(kThreads);
    std::vector<std::thread> threads;
    for (std::vector<Uuid>& mine : made) {
        threads.emplace_back([&mine] {
            for (std::size_t i = 0; i < kEach; ++i) mine.push_back(Uuid::v7());
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<Uuid> all;
    for (const std::vector<Uuid>& mine : made) {
        CHECK(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == kThreads * kEach);
}

TEST_CASE("UUIDs as text") {
    const Uuid uuid{{0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}};
    CHECK(uuid.to_string() == "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(Uuid::parse("00112233-4455-6677-8899-aabbccddeeff") == uuid);
    CHECK(Uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF") == uuid);
    for (const char* text : {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefff",
                             "001122334455-6677-8899-aabbccddeeff0", "0011223g-4455-6677-8899-aabbccddeeff",
                             "00112233-4455-6677-8899+aabbccddeeff", "{0112233-4455-6677-8899-aabbccddeeff"}) {
        CHECK_MESSAGE(Uuid::parse(text) == std::nullopt, text);
    }
    for (int i = 0; i < 100; ++i) {
        const Uuid made = Uuid::v4();
        CHECK(Uuid::parse(made.to_string()) == made);
    }
}

TEST_CASE("Uint256 as hexadecimal and decimal text") {
    CHECK(Uint256{}.to_decimal() == "0");
    CHECK(Uint256{}.to_hex() == "0x0");
    CHECK(Uint256{255}.to_hex() == "0xff");
    CHECK(Uint256{~std::uint64_t{0}}.to_decimal() == "18446744073709551615");
    CHECK(Uint256{1000000000}.to_decimal() == "1000000000");
    CHECK(Uint256::from_decimal("18446744073709551616")->to_hex() == "0x10000000000000000");
    CHECK(Uint256::from_decimal("0007") == Uint256{7});
    CHECK(Uint256::from_hex("0xFf") == Uint256{255});
    CHECK(Uint256::from_hex("0f") == Uint256{15});
    const Uint256 largest = Uint256::from_decimal(kLargest).value();
    CHECK(largest.to_hex() == "0x" + std::string(64, 'f'));
    CHECK(largest.to_decimal() == kLargest);
    CHECK(Uint256::from_hex(std::string(64, 'F')) == largest);
    CHECK(Uint256::from_decimal(kTooLarge) == std::nullopt);
    CHECK(Uint256::from_decimal(std::string(100, '9')) == std::nullopt);
    CHECK(Uint256::from_hex(std::string(65, '0')) == std::nullopt);
    for (const char* text : {"", "0x", "-1", "+1", " 1", "1 ", "0xg", "x1"}) {
        CHECK_MESSAGE(Uint256::from_decimal(text) == std::nullopt, text);
        CHECK_MESSAGE(Uint256::from_hex(text) == std::nullopt, text);
    }
    CHECK(Uint256::from_decimal("a") == std::nullopt);
}

TEST_CASE("Uint256 compares as a number and comes back from both texts") {
    CHECK(Uint256{5} < Uint256{6});
    CHECK(Uint256{6} > 5);
    CHECK(Uint256{7} == 7U);
    CHECK(Uint256::from_decimal("18446744073709551616").value() > ~std::uint64_t{0});
    CHECK(Uint256{258}.bytes()[31] == 2);
    CHECK(Uint256{258}.bytes()[30] == 1);
    CHECK_THROWS_WITH_AS(Uint256{-1}, "-1 is negative, and a Uint256 holds 0 to 2^256 - 1", Error);
    std::mt19937_64 random(test::seed());
    for (int i = 0; i < 2000; ++i) {
        Uint256::Bytes bytes{};
        for (std::size_t at = random() % 33; at < bytes.size(); ++at)
            bytes[at] = static_cast<std::uint8_t>(random());
        const Uint256 number = Uint256::from_bytes(bytes);
        REQUIRE(Uint256::from_decimal(number.to_decimal()) == number);
        REQUIRE(Uint256::from_hex(number.to_hex()) == number);
    }
}
