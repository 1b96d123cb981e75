// Neighbouring leaves laid out as fewer, against a sorted map: prefixes shorter and longer than before, keys that
// are the prefixes of others, keys shorter than a head, whole keys.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "cambium/base/error.hpp"
#include "kv/leaf_row.hpp"
#include "random_key.hpp"
#include "seed.hpp"

using namespace cambium;
using namespace cambium::kv;
using cambium::test::random_key;

namespace {

constexpr std::uint32_t kPageSize = 4096;

struct Page {
    NodeEditor editor() { return {bytes.get(), kPageSize}; }
    std::unique_ptr<std::byte[]> bytes = std::make_unique<std::byte[]>(kPageSize);
};

using Model = std::map<std::string, std::string>;

// Entries of a model as leaves. Each has the longest prefix that its keys share, or a shorter one.
std::vector<Page> leaves_of(const Model& model, std::size_t count, std::uint16_t flags, std::mt19937_64& random) {
    std::vector<LeafItem> items;
    for (const auto& [key, value] : model) items.push_back({key, value, static_cast<ValueKind>(random() % 2)});
    std::vector<Page> pages(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t begin = i * items.size() / count;
        const auto part = std::span{items}.subspan(begin, (i + 1) * items.size() / count - begin);
        std::size_t prefix = prefix_size_of(part, flags);
        if (prefix > 0 && random() % 3 == 0) prefix = random() % prefix;
        REQUIRE(leaf_size(part, prefix, flags) <= kPageSize);
        pages[i].editor().build_leaf(part, prefix, flags);
    }
    return pages;
}

void check_part(const NodeView& node, Model::const_iterator expected, std::uint32_t count, std::size_t size) {
    REQUIRE(node.structure_error() == nullptr);
    REQUIRE(node.count() == count);
    REQUIRE(node.used_bytes() <= size);
    REQUIRE(size < node.used_bytes() + 8);  // what alignment in front of the heap takes
    for (std::uint32_t i = 0; i < count; ++i, ++expected) {
        std::string key;
        node.append_key(i, key);
        REQUIRE(key == expected->first);
        REQUIRE(node.leaf_entry(i).value == expected->second);
        const Position at = node.lower_bound(key);
        REQUIRE(at.exact);
        REQUIRE(at.index == i);
    }
}

}  // namespace

TEST_CASE("leaves side by side become fewer with the same entries") {
    std::mt19937_64 random(test::seed());
    std::size_t joined = 0;
    for (int round = 0; round < 3000; ++round) {
        const std::uint16_t flags = round % 4 == 0 ? kFullKeys : 0;
        const std::size_t leaf_count = 1 + random() % 3;
        const std::string prefix(random() % 12, 'p');
        Model model;
        const std::size_t wanted = leaf_count + random() % (leaf_count * 30);
        while (model.size() < wanted)
            model[random_key(random, prefix, 14)] = std::string(random() % 40, static_cast<char>(random()));
        const std::vector<Page> pages = leaves_of(model, leaf_count, flags, random);
        std::vector<NodeView> views;
        for (const Page& page : pages) views.emplace_back(page.bytes.get(), kPageSize);
        const LeafRow row{views};
        const auto count = static_cast<std::uint32_t>(model.size());
        REQUIRE(row.count() == count);
        const std::uint32_t place = static_cast<std::uint32_t>(random() % count);
        REQUIRE(row.key(place) == std::next(model.begin(), place)->first);

        Page page;
        if (const std::size_t size = row.size(0, count); size <= kPageSize) {
            row.build(0, count, page.editor());
            check_part(page.editor(), model.begin(), count, size);
            ++joined;
        }
        if (count < 2) continue;
        const std::uint32_t cut = row.middle();
        REQUIRE(cut > 0);
        REQUIRE(cut < count);
        const std::size_t sizes[2] = {row.size(0, cut), row.size(cut, count)};
        if (sizes[0] <= kPageSize) {
            row.build(0, cut, page.editor());
            check_part(page.editor(), model.begin(), cut, sizes[0]);
        }
        if (sizes[1] <= kPageSize) {
            row.build(cut, count, page.editor());
            check_part(page.editor(), std::next(model.begin(), cut), count - cut, sizes[1]);
        }
    }
    REQUIRE(joined > 500);
}

TEST_CASE("a damaged leaf in a row is an error, and nothing outside of the page is touched") {
    std::mt19937_64 random(test::seed());
    std::size_t refused = 0;
    for (int round = 0; round < 3000; ++round) {
        Model model;
        while (model.size() < 40) model[random_key(random, "pre", 14)] = std::string(random() % 40, 'v');
        const std::vector<Page> pages = leaves_of(model, 2, 0, random);
        const std::size_t at = random() % kPageSize;
        pages[random() % 2].bytes[at] = static_cast<std::byte>(random());
        const NodeView views[2] = {{pages[0].bytes.get(), kPageSize}, {pages[1].bytes.get(), kPageSize}};
        if (views[0].structure_error() != nullptr || views[1].structure_error() != nullptr) continue;
        const LeafRow row{views};
        Page page;
        try {
            if (row.count() > 0 && row.size(0, row.count()) <= kPageSize) row.build(0, row.count(), page.editor());
        } catch (const Error& error) {
            REQUIRE(error.code() == ErrorCode::corrupt);
            ++refused;
        }
    }
    CHECK(refused > 0);
}
