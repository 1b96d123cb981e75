// A store in use, recorded: every commit is marked with the content that it promises.
//
// Thread rule: one thread.
#pragma once

#include <string>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "file_record.hpp"

namespace cambium::test {

/// One write transaction that changes the store and its model alike.
class Change {
public:
    Change(kv::WriteTransaction& txn, Trees& model) : txn_(&txn), model_(&model) {}

    void create(const std::string& tree) {
        (void)txn_->create_tree(tree);
        (*model_)[tree];
    }
    void put(const std::string& tree, const std::string& key, const std::string& value) {
        txn_->put(txn_->create_tree(tree), key, value);
        (*model_)[tree][key] = value;
    }
    void erase(const std::string& tree, const std::string& key) {
        (void)txn_->erase(txn_->create_tree(tree), key);
        (*model_)[tree].erase(key);
    }
    /// One value of a key in a tree with duplicates and counts.
    void put_pair(const std::string& tree, const std::string& key, const std::string& value) {
        (void)txn_->put(txn_->create_tree(tree, {.counts = true, .duplicates = true}), key, value);
        (*model_)[tree][pair_entry(key, value)];
    }
    void erase_pair(const std::string& tree, const std::string& key, const std::string& value) {
        (void)txn_->erase(txn_->create_tree(tree, {.counts = true, .duplicates = true}), key, value);
        (*model_)[tree].erase(pair_entry(key, value));
    }
    void clear(const std::string& tree) {
        txn_->clear(txn_->tree(tree));
        (*model_)[tree].clear();
    }
    void drop(const std::string& tree) {
        (void)txn_->drop_tree(tree);
        model_->erase(tree);
    }
    void rename(const std::string& from, const std::string& to) {
        txn_->rename_tree(from, to);
        (*model_)[to] = std::move((*model_)[from]);
        model_->erase(from);
    }
    /// Runs work(Change&) in a nested transaction, which is then committed or aborted.
    template <class Work>
    void nested(Work&& work, bool keep) {
        Trees inside = *model_;
        kv::WriteTransaction txn = txn_->begin_nested();
        Change change{txn, inside};
        work(change);
        if (!keep) return txn.abort();
        txn.commit();
        *model_ = std::move(inside);
    }
    [[nodiscard]] const Trees& model() const noexcept { return *model_; }

private:
    kv::WriteTransaction* txn_;
    Trees* model_;
};

class Session {
public:
    /// Opens or creates the store; the content of an existing one is given.
    Session(std::string path, Recorder& recorder, kv::Durability durability = kv::Durability::durable,
            Trees content = {})
        : path_(std::move(path)),
          recorder_(&recorder),
          model_(std::move(content)),
          environment_(open(durability)) {}

    /// Runs change(Change&) in a transaction and commits. Errors pass, with the record marked as they demand.
    template <class Function>
    void commit(Function&& change) {
        Trees next = model_;
        kv::WriteTransaction txn = environment_.begin_write();
        Change both{txn, next};
        change(both);
        finish(std::move(next), [&] { txn.commit(); });
    }

    /// The same, prepared first; then committed or aborted. Until the commit nothing is promised or allowed.
    template <class Function>
    void prepare(Function&& change, bool keep) {
        Trees next = model_;
        kv::WriteTransaction txn = environment_.begin_write();
        Change both{txn, next};
        change(both);
        kv::PreparedTransaction prepared = txn.prepare();
        recorder_->acknowledge(model_);
        if (!keep) return prepared.abort();
        finish(std::move(next), [&] { prepared.commit(); });
    }

    void reopen(const kv::Options& options = {}) {
        environment_.close();
        environment_ = kv::Environment::open(path_, options);
    }
    void close() { environment_.close(); }

    [[nodiscard]] kv::Environment& environment() noexcept { return environment_; }
    [[nodiscard]] const Trees& model() const noexcept { return model_; }

private:
    template <class Commit>
    void finish(Trees next, Commit&& commit) {
        recorder_->attempt(next);
        try {
            commit();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::outcome_unknown) recorder_->withdraw();
            throw;
        }
        recorder_->acknowledge(next);
        model_ = std::move(next);
    }

    [[nodiscard]] kv::Environment open(kv::Durability durability) const {
        kv::Options options;
        options.durability = durability;
        return kv::Environment::open(path_, options);
    }

    std::string path_;
    Recorder* recorder_;
    Trees model_;
    kv::Environment environment_;
};

}  // namespace cambium::test
