#include "samples.hpp"

#include <chrono>
#include <limits>
#include <numeric>

namespace cambium::test {

namespace {

namespace deep = everything::deep;

template <class Bytes>
Bytes counted(std::uint8_t first) {
    Bytes bytes{};
    std::iota(bytes.begin(), bytes.end(), first);
    return bytes;
}

Timestamp at(std::int64_t nanoseconds) {
    return Timestamp{std::chrono::nanoseconds{nanoseconds}};
}

deep::Inner inner(std::uint8_t seed) {
    return {.flag = true,
            .color = deep::Color::blue,
            .point = {.x = 1.25F, .y = -2.5F, .level = shared::Level::high},
            .id = {counted<std::array<std::uint8_t, 16>>(seed)}};
}

deep::Outer outer(std::uint8_t seed) {
    return {.inner = inner(seed),
            .inners = {inner(1), inner(2)},
            .numbers = {-1, 0, std::numeric_limits<std::int32_t>::max()},
            .flags = {false, true},
            .colors = {deep::Color::green, deep::Color::red},
            .digest = counted<FixedBytes<20>>(seed),
            .digests = {counted<FixedBytes<20>>(3), counted<FixedBytes<20>>(4)}};
}

deep::Branch branch() {
    return {.leaf = {.name = "first", .weight = 0.5},
            .leaves = {{.name = std::nullopt, .weight = 1.0}, {.name = "", .weight = -1.0}},
            .labels = {{.text = "label", .level = shared::Level::low}}};
}

void fill_scalars(deep::Everything& record) {
    record.number = -7;
    record.tag = std::string{"tag with \0 inside", 17};
    record.truth = false;
    record.tiny = 127;
    record.octet = 0;
    record.small = -32768;
    record.word = 0;
    record.medium = std::numeric_limits<std::int32_t>::max();
    record.count = 1;
    record.huge = 0;
    record.ratio = -0.25F;
    record.exact = 1e300;
    record.whole = -3;
    record.missing = 4.5;
    record.endless = 0;
    record.color = deep::Color::blue;
    record.rights = deep::Right::write | deep::Right::own;
    record.big = deep::Big::least;
    record.level = shared::Level::high;
    record.when = at(-1);
    record.epoch = at(std::numeric_limits<std::int64_t>::max());
    record.opt_truth = false;
    record.opt_number = 0;
    record.opt_ratio = 0;
    record.opt_color = deep::Color::red;
    record.opt_when = at(0);
}

void fill_bytes(deep::Everything& record) {
    record.text = "";
    record.plain_text = "gr\xc3\xbc\xc3\x9f";
    record.payload = {0, 255, 1};
    record.opt_payload.emplace();
    record.must_payload = {7};
    record.uuid = Uuid{counted<std::array<std::uint8_t, 16>>(10)};
    record.must_uuid = Uuid{counted<std::array<std::uint8_t, 16>>(11)};
    record.key20 = counted<FixedBytes<20>>(12);
    record.id = Uuid{counted<std::array<std::uint8_t, 16>>(13)};
    record.must_id = Uuid{counted<std::array<std::uint8_t, 16>>(14)};
    record.digest = counted<FixedBytes<20>>(15);
    record.shared_text = "shared";
}

void fill_lists(deep::Everything& record) {
    record.truths = {true, false, true};
    record.numbers = {std::numeric_limits<std::int64_t>::min(), 0, 5};
    record.ratios = {0.5F};
    record.colors = {deep::Color::blue, deep::Color::red};
    record.moments = {at(1), at(-1)};
    record.texts = {"a", "", "c"};
    record.opt_texts.emplace();
    record.must_texts = {"must"};
    record.ids = {Uuid{counted<std::array<std::uint8_t, 16>>(20)}, Uuid{}};
    record.points = {{.x = 1, .y = 2, .level = shared::Level::low}, {}};
    record.outers = {outer(30)};
    record.branches = {branch(), {}};
}

}  // namespace

deep::Everything full_record() {
    deep::Everything record;
    fill_scalars(record);
    fill_bytes(record);
    fill_lists(record);
    record.point = shared::Point{.x = 3, .y = 4, .level = shared::Level::middle};
    record.must_outer = outer(40);
    record.plain_point = {.x = 5, .y = 6, .level = shared::Level::low};
    record.branch = branch();
    record.must_leaf = {.name = "must", .weight = 2};
    record.plain_leaf = {.name = "plain", .weight = 3};
    return record;
}

}  // namespace cambium::test
