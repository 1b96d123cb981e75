// SQLite with the same table and the same indexes, through prepared statements.
#include <algorithm>
#include <filesystem>
#include <optional>

#include "engines/sqlite_connection.hpp"
#include "typed/contestant.hpp"

namespace cambium::bench {
namespace {

using sqlite::Connection;
using sqlite::execute;
using sqlite::Statement;

// An integer primary key is the row's own number, the quickest table SQLite has; WITHOUT ROWID would be slower, and
// STRICT would only add checks.
constexpr char kTable[] =
    "CREATE TABLE orders(id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, email TEXT NOT NULL, city TEXT NOT "
    "NULL, "
    "placed INTEGER NOT NULL, quantity INTEGER NOT NULL, price REAL NOT NULL, paid INTEGER NOT NULL)";
constexpr const char* kIndexes[] = {"CREATE INDEX customer ON orders(customer)",
                                    "CREATE UNIQUE INDEX email ON orders(email)",
                                    "CREATE INDEX city_placed ON orders(city, placed)"};

/// The statements of one connection.
struct Statements {
    explicit Statements(sqlite3* connection)
        : begin(connection, "BEGIN"),
          begin_write(connection, "BEGIN IMMEDIATE"),
          commit(connection, "COMMIT"),
          insert(connection, "INSERT INTO orders VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
          get(connection, "SELECT * FROM orders WHERE id = ?1"),
          view(connection, "SELECT quantity FROM orders WHERE id = ?1"),
          scan(connection, "SELECT * FROM orders ORDER BY id"),
          update(connection, "UPDATE orders SET quantity = ?2 WHERE id = ?1"),
          count(connection, "SELECT count(*), sum(quantity) FROM orders") {}

    Statement begin, begin_write, commit, insert, get, view, scan, update, count;
};

class SqliteContestant final : public Contestant {
public:
    SqliteContestant(const Orders& orders, std::string path) : orders_(orders), path_(std::move(path)) {}

    [[nodiscard]] std::string name() const override { return "sqlite"; }
    [[nodiscard]] bool takes(const Step& step) const override {
        return step.work != Work::encode && step.work != Work::view_trusted;
    }

    void prepare(const Step& step) override {
        if (step.work != Work::insert && step.work != Work::load) return;
        statements_.reset();
        connection_.reset();
        for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
        connection_.emplace(path_);
        execute(connection_->get(), "PRAGMA cache_size=-262144");
        execute(connection_->get(), "PRAGMA synchronous=OFF");
        execute(connection_->get(), kTable);
        if (step.work == Work::insert) create_indexes(step.indexes);
        statements_.emplace(connection_->get());
    }

    [[nodiscard]] std::uint64_t run(const Step& step) override {
        switch (step.work) {
            case Work::insert:
                return insert(step.batch);
            case Work::get:
                return get();
            case Work::view:
                return view();
            case Work::scan:
                return scan();
            case Work::update:
                return update(step.batch);
            case Work::load:
                return load(step.indexes);
            default:
                return 0;
        }
    }

    [[nodiscard]] std::uint64_t expected(const Step& step) const override {
        if (step.work == Work::view) return orders_.quantities();
        return step.work == Work::get || step.work == Work::scan ? orders_.sum() : 0;
    }

    void verify(const Step& step) override {
        Statement& count = statements_->count;
        count.step();
        const std::uint64_t added = step.work == Work::update ? orders_.updates() : 0;
        const bool right = static_cast<std::uint64_t>(count.integer(0)) == orders_.size() &&
                           static_cast<std::uint64_t>(count.integer(1)) == orders_.quantities() + added;
        count.reset();
        if (!right) throw Error(ErrorCode::corrupt, "SQLite does not hold the records that were written");
    }

private:
    void create_indexes(std::size_t number) {
        for (std::size_t i = 0; i < number; ++i) execute(connection_->get(), kIndexes[i]);
    }

    std::uint64_t insert(std::size_t batch) {
        for (std::size_t i = 0; i < orders_.size();) {
            statements_->begin_write.run();
            for (const std::size_t end = std::min(i + batch, orders_.size()); i < end; ++i)
                insert_one(orders_.all()[i]);
            statements_->commit.run();
        }
        connection_->sync();
        return 0;
    }

    void insert_one(const Order& order) {
        Statement& insert = statements_->insert;
        insert.bind(1, order.id);
        insert.bind(2, order.customer);
        insert.bind_text(3, order.email);
        insert.bind_text(4, order.city);
        insert.bind(5, static_cast<std::size_t>(order.placed.time_since_epoch().count()));
        insert.bind(6, order.quantity);
        insert.bind_real(7, order.price);
        insert.bind(8, order.paid ? 1 : 0);
        insert.run();
    }

    static Order read(Statement& row) {
        Order order;
        order.id = static_cast<std::uint64_t>(row.integer(0));
        order.customer = static_cast<std::uint64_t>(row.integer(1));
        order.email = row.text(2);
        order.city = row.text(3);
        order.placed = Timestamp(std::chrono::nanoseconds(row.integer(4)));
        order.quantity = static_cast<std::uint32_t>(row.integer(5));
        order.price = row.real(6);
        order.paid = row.integer(7) != 0;
        return order;
    }

    template <class Read>
    std::uint64_t get_each(Statement& select, Read&& read_row) {
        statements_->begin.run();
        std::uint64_t sum = 0;
        for (const std::uint32_t id : orders_.picks()) {
            select.bind(1, id);
            select.step();
            sum += read_row(select);
            select.reset();
        }
        statements_->commit.run();
        return sum;
    }
    std::uint64_t get() {
        return get_each(statements_->get, [](Statement& row) { return sum_of(read(row)); });
    }
    std::uint64_t view() {
        return get_each(statements_->view,
                        [](Statement& row) { return static_cast<std::uint64_t>(row.integer(0)); });
    }

    std::uint64_t scan() {
        std::uint64_t sum = 0;
        while (statements_->scan.step()) sum += sum_of(read(statements_->scan));
        statements_->scan.reset();
        return sum;
    }

    std::uint64_t update(std::size_t batch) {
        for (std::size_t i = 0; i < orders_.updates();) {
            statements_->begin_write.run();
            for (const std::size_t end = std::min(i + batch, orders_.updates()); i < end; ++i) {
                const std::uint32_t id = orders_.picks()[i];
                statements_->update.bind(1, id);
                statements_->update.bind(2, next_quantity(orders_.all()[id].quantity));
                statements_->update.run();
            }
            statements_->commit.run();
        }
        connection_->sync();
        return 0;
    }

    // Indexes are made afterwards: they are then built sorted.
    std::uint64_t load(std::size_t indexes) {
        insert(orders_.size());
        statements_->begin_write.run();
        create_indexes(indexes);
        statements_->commit.run();
        connection_->sync();
        return 0;
    }

    const Orders& orders_;
    std::string path_;
    std::optional<Connection> connection_;
    std::optional<Statements> statements_;
};

}  // namespace

std::unique_ptr<Contestant> make_sqlite(const Orders& orders, const std::string& folder) {
    return std::make_unique<SqliteContestant>(orders, folder + "/orders.sqlite");
}

std::string sqlite_settings() {
    return std::string(sqlite3_libversion()) +
           ", journal_mode=WAL, wal_autocheckpoint=4096 (16 MiB), 4 KiB pages, cache_size 256 MiB, mmap_size 64 "
           "GiB "
           "(as far as the build allows), INTEGER PRIMARY KEY, statements kept prepared, no mutexes; "
           "synchronous=OFF, then fsync of log and file inside the timing";
}

}  // namespace cambium::bench
