// What bench/typed asks, and who answers: the typed layer with one codec, the raw engine doing the same puts,
// SQLite. Growing it by a step means one line of kSteps and a case in each contestant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "typed/orders.hpp"

namespace cambium::bench {

enum class Work : std::uint8_t {
    encode,        ///< every record into bytes, and its index entries listed; no store
    insert,        ///< into an empty store, in order of ids
    get,           ///< every record once, at random, by primary key, in one snapshot; all fields
    view,          ///< the same in place, one field read
    view_trusted,  ///< the same without verification of the buffer
    scan,          ///< all records in order, all fields
    update,        ///< one field that is in no index, of a quarter of the records, at random
    load,          ///< all records at once into an empty store
};

struct Step {
    std::string_view id;
    std::string_view title;
    Work work;
    std::size_t indexes;  ///< of the table
    std::size_t batch;    ///< records per transaction, of inserts and updates
};

/// In the order in which they run. Reads and updates use the store of the insert before.
inline constexpr std::array kSteps{
    Step{"encode", "encode, and list 2 index entries", Work::encode, 2, 0},
    Step{"insert-0", "insert, no index, 10k per transaction", Work::insert, 0, 10'000},
    Step{"insert-1", "insert, 1 index, 10k per transaction", Work::insert, 1, 10'000},
    Step{"insert-3", "insert, 3 indexes, 10k per transaction", Work::insert, 3, 10'000},
    Step{"insert-2-small", "insert, 2 indexes, 1k per transaction", Work::insert, 2, 1'000},
    Step{"insert-2", "insert, 2 indexes, 10k per transaction", Work::insert, 2, 10'000},
    Step{"get", "get", Work::get, 2, 0},
    Step{"view", "view, one field", Work::view, 2, 0},
    Step{"view-trusted", "view, not verified", Work::view_trusted, 2, 0},
    Step{"scan", "scan", Work::scan, 2, 0},
    Step{"update", "update, field in no index, 1k per transaction", Work::update, 2, 1'000},
    Step{"load", "bulk load, 2 indexes", Work::load, 2, 0},
};

/// Records that the work of a step touches.
[[nodiscard]] std::size_t operations(Work work, const Orders& orders) noexcept;

class Contestant {
public:
    Contestant() = default;
    Contestant(const Contestant&) = delete;
    Contestant& operator=(const Contestant&) = delete;
    virtual ~Contestant() = default;

    [[nodiscard]] virtual std::string name() const = 0;
    /// Whether the step means anything here.
    [[nodiscard]] virtual bool takes(const Step& step) const = 0;
    /// Makes ready, outside of the timing.
    virtual void prepare(const Step& step) = 0;
    /// Does the work, and sees to it that what was written is on the disk. Answers the sum of what was read, zero
    /// when nothing was.
    [[nodiscard]] virtual std::uint64_t run(const Step& step) = 0;
    /// What run() must answer.
    [[nodiscard]] virtual std::uint64_t expected(const Step& step) const = 0;
    /// Compares what is stored with the orders, checks the store and closes it. Error{corrupt}.
    virtual void verify(const Step& step) = 0;
};

struct Codec {
    std::string name;
    std::unique_ptr<Contestant> table;
    std::unique_ptr<Contestant> raw;  ///< the engine, with the bytes of this codec
    bool of_orders = true;            ///< as SQLite's table is
};

[[nodiscard]] Codec make_raw_codec(const Orders& orders, const std::string& folder);
[[nodiscard]] Codec make_cbor_codec(const Orders& orders, const std::string& folder);
[[nodiscard]] Codec make_json_codec(const Orders& orders, const std::string& folder);
[[nodiscard]] Codec make_flatbuffers_codec(const Orders& orders, const std::string& folder);
[[nodiscard]] Codec make_lz4_codec(const Orders& orders, const std::string& folder);
[[nodiscard]] Codec make_zstd_codec(const Orders& orders, const std::string& folder);
/// Not of orders: as many arrays.
[[nodiscard]] Codec make_array_codec(const Orders& orders, const std::string& folder);
/// Null when this build has no SQLite.
[[nodiscard]] std::unique_ptr<Contestant> make_sqlite(const Orders& orders, const std::string& folder);
[[nodiscard]] std::string sqlite_settings();

}  // namespace cambium::bench
