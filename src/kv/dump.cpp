#include "cambium/kv/dump.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "cambium/base/error.hpp"
#include "kv/page_budget.hpp"

namespace cambium::kv {

namespace {

using detail::ScanBudget;
using detail::TransactionState;

constexpr char kDigits[] = "0123456789abcdef";
constexpr std::size_t kBufferBytes = 65536;

/// Writes one block.
class Dump {
public:
    Dump(const Transaction& txn, std::ostream& out, const DumpOptions& options)
        : txn_(txn), out_(out), options_(options) {}

    void tree(ByteView name, Tree tree) {
        header(name, tree);
        TransactionState& state = TransactionAccess::state(txn_);
        ScanBudget budget{state, state.tree(tree.id()).record.root};
        Cursor cursor = txn_.cursor(tree);
        for (bool on = budget.move([&] { return cursor.first(); }); on;
             on = budget.move([&] { return cursor.next(); })) {
            line(cursor.key());
            const ByteView value = cursor.value();
            budget.take(value.size() / state.page_size_bytes);  // a large value has pages of its own
            line(value);
        }
        buffer_.append("DATA=END\n");
        flush();
        if (!out_.flush())
            throw Error(ErrorCode::io, "the dump could not be written: its stream failed; is the disk full?");
    }

private:
    void field(const char* name, ByteView value) { buffer_.append(name).append("=").append(value).append("\n"); }
    void flag(const char* name, bool set) {
        if (set) field(name, "1");
    }

    void header(ByteView name, Tree tree) {
        const TreeOptions has = txn_.options(tree);
        const TreeStatistics counts = txn_.statistics(tree);
        const std::uint64_t page_size = TransactionAccess::state(txn_).page_size_bytes;
        // LMDB needs room up front: its pages fill less, and its records take more.
        const std::uint64_t bytes = (counts.branch_pages + counts.leaf_pages + counts.run_pages) * page_size;
        const std::uint64_t map_size = ((3 * bytes >> 20) + 16) << 20;
        const bool integer_values = has.duplicates && has.value_order == KeyOrder::native_integers;
        const bool fixed = has.duplicates && (has.fixed_value_size != 0 || integer_values);
        field("VERSION", "3");
        field("format", options_.encoding == DumpEncoding::print ? "print" : "bytevalue");
        if (options_.named) field("database", name);
        field("type", "btree");
        field("mapsize", std::to_string(map_size));
        field("maxreaders", "126");
        flag("duplicates", has.duplicates);
        flag("reversekey", has.key_order == KeyOrder::reversed);
        flag("dupsort", has.duplicates);
        flag("integerkey", has.key_order == KeyOrder::native_integers);
        flag("dupfixed", fixed);
        flag("integerdup", integer_values);
        flag("reversedup", has.duplicates && has.value_order == KeyOrder::reversed);
        flag("counts", has.counts);
        flag("contiguouskeys", has.contiguous_keys);
        flag("customkey", has.key_order == KeyOrder::custom);
        flag("customdup", has.duplicates && has.value_order == KeyOrder::custom);
        if (!has.comparator.empty()) field("comparator", has.comparator);
        if (!has.value_comparator.empty()) field("valuecomparator", has.value_comparator);
        if (fixed && (counts.entries == 0 || has.fixed_value_size == 0))
            field("valuesize", std::to_string(has.fixed_value_size));
        field("db_pagesize", std::to_string(page_size));
        field("HEADER", "END");
    }

    void line(ByteView bytes) {
        buffer_.push_back(' ');
        for (const char c : bytes) {
            const auto byte = static_cast<unsigned char>(c);
            // mdb_load of LMDB 0.9 misreads a doubled backslash; every version reads it as \5c.
            if (options_.encoding == DumpEncoding::print) {
                if (byte >= 0x20 && byte < 0x7f && c != '\\') {
                    buffer_.push_back(c);
                    continue;
                }
                buffer_.push_back('\\');
            }
            buffer_.push_back(kDigits[byte >> 4U]);
            buffer_.push_back(kDigits[byte & 15U]);
            if (buffer_.size() >= kBufferBytes) flush();
        }
        buffer_.push_back('\n');
    }

    void flush() {
        out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        buffer_.clear();
    }

    const Transaction& txn_;
    std::ostream& out_;
    const DumpOptions& options_;
    std::string buffer_;
};

void require_writable_line(const char* what, ByteView text) {
    if (text.find_first_of({"\n\0", 2}) != ByteView::npos)
        throw Error(ErrorCode::encode, std::string{what} + " \"" + std::string{text} +
                                           "\" has a line feed or a zero byte, which the dump format cannot hold: "
                                           "rename it first");
}

void require_dumpable(const Transaction& txn, ByteView name, Tree tree) {
    require_writable_line("the name of the tree", name);
    const TreeOptions options = txn.options(tree);
    require_writable_line("the comparator", options.comparator);
    require_writable_line("the value_comparator", options.value_comparator);
}

}  // namespace

void dump(const Transaction& txn, std::ostream& out, const DumpOptions& options) {
    std::vector<std::pair<std::string, Tree>> trees;
    txn.each_tree([&](ByteView name, Tree tree) { trees.emplace_back(name, tree); });
    for (const auto& [name, tree] : trees) require_dumpable(txn, name, tree);
    for (const auto& [name, tree] : trees) Dump{txn, out, options}.tree(name, tree);
}

void dump_tree(const Transaction& txn, ByteView name, std::ostream& out, const DumpOptions& options) {
    const Tree tree = txn.tree(name);
    if (options.named) require_dumpable(txn, name, tree);
    Dump{txn, out, options}.tree(name, tree);
}

}  // namespace cambium::kv
