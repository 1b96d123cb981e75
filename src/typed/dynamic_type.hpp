// Types made at run time from their names in the catalog: a shape for the codecs, and values in memory that the
// shape fits.
//
// The functions of a shape know nothing but an address. So a value that holds others (an optional, a list, a map, a
// variant, a record) begins with a pointer to its type, and they find everything from there.
//
// Thread rule: types are constants once made; a value belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cambium/codec/enum_names.hpp"
#include "cambium/codec/shape.hpp"
#include "typed/catalog.hpp"
#include "typed/type_text.hpp"

namespace cambium::detail {

/// The enumerators of a type that the catalog names.
struct DynamicEnum : codec::EnumShape {
    explicit DynamicEnum(const std::map<std::string, std::int64_t>& names);
    codec::EnumTable enumerators;
};

/// A type, and all that its shape points at.
struct DynamicType {
    codec::Shape shape;
    std::uint32_t size = 0;       ///< of a value in memory, in bytes
    std::uint32_t alignment = 1;  ///< at most that of operator new
    std::size_t eager = 0;        ///< bytes of a default value, with all that it holds
    void (*construct)(const DynamicType& type, void* at) = nullptr;  ///< the default value
    void (*destroy)(const DynamicType& type, void* at) noexcept = nullptr;

    const DynamicType* content = nullptr;           ///< of an optional, a list, a map
    std::vector<const DynamicType*> parts;          ///< fields of a record, alternatives of a variant
    std::vector<codec::FieldShape> fields;          ///< of a record
    std::vector<std::uint8_t> sorted;               ///< of a record
    std::vector<std::uint32_t> offsets;             ///< of a record
    std::vector<const codec::Shape*> alternatives;  ///< of a variant
    codec::TickShape tick{};
    std::optional<DynamicEnum> enumeration;
    codec::OptionalShape optional{};
    codec::ListShape list{};
    codec::MapShape map{};
    codec::RecordShape record{};
    codec::VariantShape variant{};
};

/// A value of a type, on its own.
class DynamicValue {
public:
    DynamicValue() noexcept = default;
    explicit DynamicValue(const DynamicType& type);
    DynamicValue(DynamicValue&& other) noexcept;
    DynamicValue& operator=(DynamicValue&& other) noexcept;
    ~DynamicValue();

    /// Back to the default.
    void reset();
    [[nodiscard]] void* get() const noexcept { return memory_; }
    [[nodiscard]] const DynamicType& type() const noexcept { return *type_; }

private:
    const DynamicType* type_ = nullptr;
    void* memory_ = nullptr;
};

/// Bounds what the values made on this thread take while it lives, to 256 MiB: types and records of a file are
/// whatever somebody has put there, and a byte of input may stand for a large value of defaults. Error{decode}
/// beyond.
class DynamicBudget {
public:
    DynamicBudget() noexcept;
    DynamicBudget(const DynamicBudget&) = delete;
    DynamicBudget& operator=(const DynamicBudget&) = delete;
    ~DynamicBudget();
};

/// Sorts what is in the sets of a value, each once, as a std::set would have it. Sets whose elements cannot be keys
/// stay as they are.
void sort_sets(const DynamicType& type, void* value);

/// What enumerators become whose names are not known: numbers, or, where a codec may have stored names, documents.
enum class EnumForm : std::uint8_t { number, document };

/// The types of one table. They live as long as this.
class DynamicTypes {
public:
    /// The enumerators that are known, by their places, live as long as this.
    DynamicTypes(EnumForm unnamed, const std::vector<CatalogEnum>& enums) : unnamed_(unnamed), enums_(&enums) {}

    /// The type of what is at a place (places.hpp). Error{schema} with a sentence when there is no such type, or
    /// values of it would be larger than 16 MiB before anything is put into them. Every call makes a new type.
    [[nodiscard]] const DynamicType& make(std::string_view name, const std::string& place);
    /// A record of such fields. Error{schema} for more than 255.
    [[nodiscard]] const DynamicType& make_record(const std::vector<std::string>& names,
                                                 const std::vector<const DynamicType*>& types);

private:
    struct Enclosing {
        DynamicType* record;
        bool deferred;      ///< whether what is between here and there may be empty
        std::string place;  ///< of what is made next
        const Enclosing* outer;
    };
    const DynamicType& make(const TypeText& text, const Enclosing& outer);
    const DynamicType& make_enclosing(const TypeText& text, const Enclosing* outer);
    const DynamicType& make_list(const TypeText& text, codec::ListForm form, const Enclosing& outer);
    const DynamicType& make_holder(const TypeText& text, const Enclosing& outer);
    const DynamicType& make_variant(const TypeText& text, const Enclosing& outer);
    const DynamicType& make_record(const TypeText& text, const std::vector<std::string_view>& names,
                                   codec::Meaning meaning, const Enclosing& outer);
    const DynamicType* make_number(const TypeText& text, const std::string& place);
    void lay_out(DynamicType& record, const std::vector<std::string_view>& names);
    DynamicType& add();

    EnumForm unnamed_;
    const std::vector<CatalogEnum>* enums_;
    std::deque<DynamicType> types_;
    std::deque<std::string> texts_;
};

}  // namespace cambium::detail
