#include "typed/new_records.hpp"

#include "typed/change_log.hpp"
#include "typed/read_back.hpp"
#include "typed/sentence.hpp"

namespace cambium::detail {

std::string next_tree_name(std::uint64_t table_id) {
    return records_tree_name(table_id) + ".next";
}

NewRecords::NewRecords(kv::WriteTransaction& transaction, const TableDescription& table, std::uint64_t table_id,
                       std::size_t max_key_bytes)
    : transaction_(transaction),
      table_(table),
      table_id_(table_id),
      max_key_bytes_(max_key_bytes),
      tree_(transaction.create_tree(next_tree_name(table_id))) {
    if (may_read_otherwise(table)) read_.emplace(table);
}

std::size_t NewRecords::add(ByteView old_key, const void* record) {
    key_.clear();
    if (table_.encode_key != nullptr) {
        table_.encode_key(record, key_);
    } else {
        key_ = old_key;
    }
    if (key_.size() > max_key_bytes_) throw primary_key_too_long(table_, key_.size(), max_key_bytes_);
    record_.clear();
    encode_record(table_, key_, record, record_);
    if (read_) read_back(table_, key_, record_, read_->get());
    if (!transaction_.insert(tree_, key_, record_)) {
        throw Error(ErrorCode::constraint, table_text(table_) + ": two records get the same primary key, " +
                                               key_text(table_, key_) +
                                               ", when they are written as they are declared now");
    }
    return key_.size() + record_.size();
}

void NewRecords::finish() {
    transaction_.drop_tree(records_tree_name(table_id_));
    transaction_.rename_tree(next_tree_name(table_id_), records_tree_name(table_id_));
    restart_log(transaction_, table_id_);
}

}  // namespace cambium::detail
