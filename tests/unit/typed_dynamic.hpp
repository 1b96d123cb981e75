// What the tests of tables by description share: tables, and every record taken out and put back.
#pragma once

#include <algorithm>
#include <span>

#include "cambium/codec/array.hpp"
#include "cambium/dynamic.hpp"
#include "cambium/json_lines.hpp"
#include "codec_samples.hpp"
#include "errors.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "typed_fixture.hpp"

namespace cambium::test {

struct Series : Table<"series", std::vector<double>, Key<std::string, std::int32_t>, Array<double>> {};
struct Counts : Table<"counts", std::int64_t, Key<std::string>, Cbor> {};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::optional<std::string> author{};
    std::vector<std::string> tags{};
    Timestamp time{};
    Colour colour{};
    std::uint16_t revision{};
    friend bool operator==(const Post&, const Post&) = default;
};
struct Posts : Table<"posts", Post, PrimaryKey<&Post::id>, Cbor, AutoIncrement, RowVersion<&Post::revision>,
                     NotNull<&Post::author>, ChangeLog<>, Unique<"title", ignore_case<&Post::title>>,
                     OrderedIndex<"tag", each<&Post::tags>, descending<&Post::time>, covering<&Post::title>>,
                     OrderedIndex<"author", &Post::author, without_nulls>, OrderedIndex<"colour", &Post::colour>> {
};

/// What an action did: done, not done, or its error.
template <class Action>
std::string outcome(Action&& action) {
    try {
        return action() ? "done" : "not done";
    } catch (const Error& error) {
        return std::string(to_string(error.code()));
    }
}

template <class T>
std::string exported(ReadTransaction& txn) {
    std::string text;
    export_json_lines<T>(txn, [&](std::string_view line) { text += line; });
    return text;
}
inline std::string exported(ReadTransaction& txn, const DynamicTable& table) {
    std::string text;
    export_json_lines(txn, table, [&](std::string_view line) { text += line; });
    return text;
}

/// Hands a text out in pieces.
inline auto pieces_of(const std::string& text) {
    return [&text, begin = std::size_t{0}]() mutable -> std::optional<std::string_view> {
        if (begin >= text.size()) return std::nullopt;
        const std::string_view piece = std::string_view(text).substr(begin, 1000);
        begin += piece.size();
        return piece;
    };
}

/// Takes every record out as JSON lines and puts it back, by description alone; the store is the same bytes then.
inline void goes_out_and_back(const std::string& path, std::span<const DynamicCompressor> compressors = {}) {
    const StoredTables stored = stored_tables(path, compressors);
    CHECK(stored.refused.empty());
    Database db = Database::open(path, stored.tables);
    for (const DynamicTable& table : stored.tables) {
        INFO(table.info().name);
        CHECK(table.why_read_only().empty());
        const Trees before = content_of(db.environment());
        const std::string text = db.read([&](ReadTransaction& txn) { return exported(txn, table); });
        CHECK(!text.empty());
        db.write([&](WriteTransaction& txn) {
            DynamicWriter(txn, table).truncate();
            CHECK(DynamicReader(txn, table).count() == 0);
            CHECK(import_json_lines(txn, table, pieces_of(text)) ==
                  static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
        });
        CHECK(content_of(db.environment()) == before);
        CHECK(db.read([&](ReadTransaction& txn) { return exported(txn, table); }) == text);
    }
}

}  // namespace cambium::test
