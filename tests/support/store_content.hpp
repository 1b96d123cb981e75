// The whole content of a store, to compare with a model.
#pragma once

#include <string>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "file_record.hpp"

namespace cambium::test {

/// Everything that a snapshot holds, read forward; read backward too, and counted. A pair of a tree with duplicates
/// is one entry: pair_entry().
inline Trees content_of(const kv::Transaction& txn) {
    Trees content;
    txn.each_tree([&](ByteView name, kv::Tree tree) {
        auto& entries = content[std::string{name}];
        kv::Cursor cursor = txn.cursor(tree);
        const bool pairs = txn.options(tree).duplicates;
        for (bool on = cursor.first(); on; on = cursor.next()) {
            std::string key{cursor.key()};
            if (pairs) key = pair_entry(key, cursor.value());
            entries.emplace(std::move(key), pairs ? ByteView{} : cursor.value());
        }
        std::size_t backward = 0;
        for (bool on = cursor.last(); on; on = cursor.previous()) ++backward;
        if (backward != entries.size() || txn.statistics(tree).entries != entries.size())
            throw Error(ErrorCode::corrupt, "the tree has another number of entries backward or by its record");
    });
    return content;
}

inline Trees content_of(kv::Environment& environment) {
    return content_of(environment.begin_read());
}

}  // namespace cambium::test
