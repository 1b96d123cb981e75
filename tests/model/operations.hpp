// How many random operations the model tests do. scripts/soak does more of them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include <doctest/doctest.h>

namespace cambium::test {

struct ModelSuite {
    const char* name;
    std::uint64_t operations;  ///< at least, in every run of the tests
};

inline constexpr ModelSuite kKvModel{"model_kv", 45000};
inline constexpr ModelSuite kOrderedModel{"model_kv_ordered", 125000};
inline constexpr ModelSuite kNestedModel{"model_nested", 30000};
inline constexpr ModelSuite kDuplicatesModel{"model_duplicates", 150000};
inline constexpr ModelSuite kTableModel{"table_model", 90000};
inline constexpr ModelSuite kExtrasModel{"extras_model", 50000};
inline constexpr ModelSuite kRelationModel{"relation_model", 60000};
inline constexpr ModelSuite kEvolutionModel{"evolution_model", 20000};
/// Of the key-value store, and of the typed layer.
static_assert(kKvModel.operations + kOrderedModel.operations + kNestedModel.operations +
                  kDuplicatesModel.operations >=
              200000);
static_assert(kTableModel.operations + kExtrasModel.operations + kRelationModel.operations +
                  kEvolutionModel.operations >=
              200000);

/// Printed when the program ends, behind all that the tests say.
class LastLine {
public:
    explicit LastLine(std::string text) : text_(std::move(text)) {}
    LastLine(const LastLine&) = delete;
    LastLine& operator=(const LastLine&) = delete;
    ~LastLine() { std::cout << text_ << std::endl; }

private:
    std::string text_;
};

/// The operations of one suite: how many each shape does, and that together they were enough.
/// CAMBIUM_OPERATIONS=<n> sets another number for the suite.
class Operations {
public:
    explicit Operations(const ModelSuite& suite) : suite_(suite), wanted_(suite.operations) {
        const char* given = std::getenv("CAMBIUM_OPERATIONS");
        if (given == nullptr) return;
        wanted_ = std::strtoull(given, nullptr, 10);
        REQUIRE_MESSAGE(wanted_ > 0, "CAMBIUM_OPERATIONS is not a number of at least 1: " << std::string{given});
    }

    /// What a shape with so many percent of the suite does at least. The percents of all shapes add up to 100.
    [[nodiscard]] std::uint64_t percent(std::uint64_t share) const { return (wanted_ * share + 99) / 100; }

    /// The same with so many shapes that do as much as each other.
    [[nodiscard]] std::uint64_t part_of(std::size_t shapes) const { return (wanted_ + shapes - 1) / shapes; }

    void add(std::uint64_t done) { done_ += done; }

    /// Has the number printed as the last line. Call it last, and once.
    void finish() const {
        static const LastLine line{std::string{suite_.name} + ": " + std::to_string(done_) + " operations"};
        REQUIRE(done_ >= wanted_);
    }

private:
    ModelSuite suite_;
    std::uint64_t wanted_;
    std::uint64_t done_ = 0;
};

}  // namespace cambium::test
