// Shapes and memory of types that are known by their names only.
#include "typed/dynamic_type.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <map>
#include <new>
#include <numeric>
#include <optional>
#include <utility>

#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "cambium/codec/document.hpp"
#include "typed/dynamic_key.hpp"
#include "typed/enumerators.hpp"
#include "typed/places.hpp"

namespace cambium::detail {
namespace {

using codec::Kind;
using codec::ListForm;
using codec::Meaning;
using codec::Shape;

constexpr std::size_t kMaxBytes = std::size_t{16} << 20U;
constexpr std::size_t kMaxFields = 255;

[[noreturn]] void refuse(std::string_view type, std::string_view reason) {
    throw Error(ErrorCode::schema, "the type \"" + std::string(type) + "\" " + std::string(reason));
}

constexpr std::size_t kNoBudget = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kBudgetBytes = std::size_t{256} << 20U;
thread_local std::size_t bytes_left = kNoBudget;

void spend(std::size_t bytes) {
    constexpr std::size_t kOfAllocation = 32;
    if (bytes_left == kNoBudget) return;
    if (bytes + kOfAllocation > bytes_left)
        throw Error(ErrorCode::decode, "a record takes more than 256 MiB when it is read");
    bytes_left -= bytes + kOfAllocation;
}

std::optional<std::uint64_t> count_of(std::string_view text) {
    std::uint64_t count = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
    return count;
}

// Values of one C++ type.

template <class T>
void construct_as(const DynamicType&, void* at) {
    new (at) T{};
}
template <class T>
void destroy_as(const DynamicType&, void* at) noexcept {
    static_cast<T*>(at)->~T();
}
void construct_zero(const DynamicType& type, void* at) {
    std::memset(at, 0, type.size);
}
void destroy_nothing(const DynamicType&, void*) noexcept {}

template <class T>
void hold(DynamicType& type) {
    type.size = sizeof(T);
    type.eager = sizeof(T);
    type.alignment = alignof(T);
    type.construct = &construct_as<T>;
    type.destroy = &destroy_as<T>;
}

/// Values that are bytes.
void hold_bytes(DynamicType& type, std::size_t size, std::size_t alignment) {
    type.size = static_cast<std::uint32_t>(size);
    type.eager = size;
    type.alignment = static_cast<std::uint32_t>(alignment);
    type.construct = &construct_zero;
    type.destroy = &destroy_nothing;
}

// Values that hold others.

struct OptionalBox {
    explicit OptionalBox(const DynamicType& of) : type(&of) {}
    const DynamicType* type;
    std::optional<DynamicValue> value;
};
struct ListBox {
    explicit ListBox(const DynamicType& of) : type(&of) { fill(); }
    void fill() {
        elements.clear();
        for (std::uint32_t i = 0; i < type->list.fixed_count; ++i) elements.emplace_back(*type->content);
    }
    const DynamicType* type;
    std::vector<DynamicValue> elements;
};
struct MapBox {
    explicit MapBox(const DynamicType& of) : type(&of) {}
    const DynamicType* type;
    std::map<std::string, DynamicValue, std::less<>> entries;
};
struct VariantBox {
    explicit VariantBox(const DynamicType& of) : type(&of), value(*of.parts.front()) {}
    const DynamicType* type;
    std::size_t position = 0;
    DynamicValue value;
};

template <class Box>
void construct_box(const DynamicType& type, void* at) {
    new (at) Box(type);
}
template <class Box>
void hold_box(DynamicType& type) {
    type.size = sizeof(Box);
    type.eager = sizeof(Box);
    type.alignment = alignof(Box);
    type.construct = &construct_box<Box>;
    type.destroy = &destroy_as<Box>;
}

template <class Box>
Box& box(void* at) {
    return *static_cast<Box*>(at);
}
template <class Box>
const Box& box(const void* at) {
    return *static_cast<const Box*>(at);
}

constexpr auto kGetOptional = [](const void* optional) -> const void* {
    const auto& value = box<OptionalBox>(optional).value;
    return value ? value->get() : nullptr;
};
constexpr auto kEmplaceOptional = [](void* optional) -> void* {
    auto& holder = box<OptionalBox>(optional);
    return holder.value.emplace(*holder.type->content).get();
};
constexpr auto kResetOptional = [](void* optional) { box<OptionalBox>(optional).value.reset(); };

constexpr auto kCountList = [](const void* list) { return box<ListBox>(list).elements.size(); };
constexpr auto kVisitList = [](const void* list, void* context, void (*each)(void*, const void*)) {
    for (const DynamicValue& element : box<ListBox>(list).elements) each(context, element.get());
};
constexpr auto kClearList = [](void* list) { box<ListBox>(list).fill(); };
constexpr auto kAddToVector = [](void* list, std::size_t) {
    auto& holder = box<ListBox>(list);
    return holder.elements.emplace_back(*holder.type->content).get();
};
constexpr auto kPlaceInArray = [](void* list, std::size_t position) {
    return box<ListBox>(list).elements[position].get();
};

constexpr auto kCountMap = [](const void* map) { return box<MapBox>(map).entries.size(); };
constexpr auto kVisitMap = [](const void* map, void* context, void (*each)(void*, std::string_view, const void*)) {
    for (const auto& [key, value] : box<MapBox>(map).entries) each(context, key, value.get());
};
constexpr auto kClearMap = [](void* map) { box<MapBox>(map).entries.clear(); };
constexpr auto kAddToMap = [](void* map, std::string_view key, std::string_view& stored) -> void* {
    auto& holder = box<MapBox>(map);
    const auto [entry, added] = holder.entries.try_emplace(std::string(key), *holder.type->content);
    stored = entry->first;
    return added ? entry->second.get() : nullptr;
};

constexpr auto kPositionOfVariant = [](const void* variant) { return box<VariantBox>(variant).position; };
constexpr auto kGetVariant = [](const void* variant) -> const void* {
    return box<VariantBox>(variant).value.get();
};
constexpr auto kEmplaceVariant = [](void* variant, std::size_t position) {
    auto& holder = box<VariantBox>(variant);
    holder.value = DynamicValue(*holder.type->parts[position]);
    holder.position = position;
    return holder.value.get();
};

// A record is a pointer to its type, then its fields.

const DynamicType& type_of_record(const void* record) {
    const DynamicType* type = nullptr;
    std::memcpy(&type, record, sizeof type);
    return *type;
}
constexpr auto kOffsets = [](const void* record) { return type_of_record(record).offsets.data(); };

void* field_of(const DynamicType& type, void* record, std::size_t field) {
    return static_cast<char*>(record) + type.offsets[field];
}
void destroy_record(const DynamicType& type, void* at) noexcept {
    for (std::size_t i = 0; i < type.parts.size(); ++i)
        type.parts[i]->destroy(*type.parts[i], field_of(type, at, i));
}
void construct_record(const DynamicType& type, void* at) {
    const DynamicType* self = &type;
    std::memcpy(at, &self, sizeof self);
    std::size_t done = 0;
    try {
        for (; done < type.parts.size(); ++done)
            type.parts[done]->construct(*type.parts[done], field_of(type, at, done));
    } catch (...) {
        while (done-- > 0) type.parts[done]->destroy(*type.parts[done], field_of(type, at, done));
        throw;
    }
}

}  // namespace

DynamicBudget::DynamicBudget() noexcept {
    bytes_left = kBudgetBytes;
}
DynamicBudget::~DynamicBudget() {
    bytes_left = kNoBudget;
}

DynamicValue::DynamicValue(const DynamicType& type) : type_(&type) {
    spend(type.size);
    memory_ = ::operator new(std::max(type.size, 1U));
    try {
        type.construct(type, memory_);
    } catch (...) {
        ::operator delete(memory_);
        throw;
    }
}
DynamicValue::DynamicValue(DynamicValue&& other) noexcept
    : type_(other.type_), memory_(std::exchange(other.memory_, nullptr)) {}
DynamicValue& DynamicValue::operator=(DynamicValue&& other) noexcept {
    std::swap(type_, other.type_);
    std::swap(memory_, other.memory_);
    return *this;
}
DynamicValue::~DynamicValue() {
    if (memory_ == nullptr) return;
    type_->destroy(*type_, memory_);
    ::operator delete(memory_);
}
void DynamicValue::reset() {
    *this = DynamicValue(*type_);
}

void sort_sets(const DynamicType& type, void* value) {
    switch (type.shape.kind) {
        case Kind::optional: {
            auto& content = box<OptionalBox>(value).value;
            if (content) sort_sets(*type.content, content->get());
            return;
        }
        case Kind::list: {
            auto& elements = box<ListBox>(value).elements;
            for (const DynamicValue& element : elements) sort_sets(*type.content, element.get());
            if (type.list.form != ListForm::set || !is_keyable(type.content->shape)) return;
            std::map<std::string, DynamicValue> sorted;
            for (DynamicValue& element : elements) {
                std::string key;
                append_key(type.content->shape, element.get(), key);
                sorted.try_emplace(std::move(key), std::move(element));
            }
            elements.clear();
            for (auto& entry : sorted) elements.push_back(std::move(entry.second));
            return;
        }
        case Kind::map:
            for (const auto& entry : box<MapBox>(value).entries) sort_sets(*type.content, entry.second.get());
            return;
        case Kind::variant: {
            const auto& variant = box<VariantBox>(value);
            sort_sets(*type.parts[variant.position], variant.value.get());
            return;
        }
        case Kind::record:
            for (std::size_t i = 0; i < type.parts.size(); ++i) sort_sets(*type.parts[i], field_of(type, value, i));
            return;
        default:
            return;
    }
}

DynamicEnum::DynamicEnum(const std::map<std::string, std::int64_t>& names)
    : EnumShape{[](const EnumShape& self) -> const codec::EnumTable& {
          return static_cast<const DynamicEnum&>(self).enumerators;
      }},
      enumerators([&] {
          std::vector<std::pair<std::int64_t, std::string_view>> values;
          for (const auto& [name, number] : names) values.emplace_back(number, name);
          return values;
      }()) {}

DynamicType& DynamicTypes::add() {
    return types_.emplace_back();
}

const DynamicType& DynamicTypes::make(std::string_view name, const std::string& place) {
    const std::optional<TypeText> text = read_type(name);
    if (!text) refuse(name, "is no name of a type");
    return make(*text, {nullptr, false, place, nullptr});
}

const DynamicType& DynamicTypes::make_record(const std::vector<std::string>& names,
                                             const std::vector<const DynamicType*>& types) {
    DynamicType& record = add();
    record.parts = types;
    lay_out(record, {names.begin(), names.end()});
    return record;
}

const DynamicType& DynamicTypes::make(const TypeText& text, const Enclosing& outer) {
    if (const DynamicType* number = make_number(text, outer.place)) return *number;
    if (text.is("string")) {
        DynamicType& type = add();
        hold<std::string>(type);
        type.shape = codec::shape_of<std::string>();
        return type;
    }
    if (text.is("bytes")) {
        DynamicType& type = add();
        hold<std::vector<std::byte>>(type);
        type.shape = codec::shape_of<std::vector<std::byte>>();
        return type;
    }
    if (text.is("document") || text.is("unknown_fields")) {
        DynamicType& type = add();
        const bool unknown = text.is("unknown_fields");
        hold<Document>(type);
        if (unknown) hold<UnknownFields>(type);
        type.shape = unknown ? codec::shape_of<UnknownFields>() : codec::shape_of<Document>();
        return type;
    }
    if (text.is("vector")) return make_list(text, ListForm::vector, outer);
    if (text.is("set")) return make_list(text, ListForm::set, outer);
    if (text.is("array")) return make_list(text, ListForm::array, outer);
    if (text.is("optional") || text.is("map")) return make_holder(text, outer);
    if (text.is("variant")) return make_variant(text, outer);
    if (text.is_record()) return make_record(text, text.names, Meaning::plain, outer);
    if (text.is("descending") && text.arguments.size() == 1)
        return make_record(text, {"value"}, Meaning::descending, outer);
    if (text.head.starts_with("enclosing ")) return make_enclosing(text, &outer);
    refuse(text.text, "is one that only the program which declares it knows");
}

// Null, truth values, numbers, and bytes of a fixed size.
const DynamicType* DynamicTypes::make_number(const TypeText& text, const std::string& place) {
    struct Fixed {
        std::string_view name;
        Shape shape;
    };
    static const Fixed kFixed[] = {
        {"null", codec::shape_of<std::monostate>()}, {"bool", codec::shape_of<bool>()},
        {"u8", codec::shape_of<std::uint8_t>()},     {"u16", codec::shape_of<std::uint16_t>()},
        {"u32", codec::shape_of<std::uint32_t>()},   {"u64", codec::shape_of<std::uint64_t>()},
        {"i8", codec::shape_of<std::int8_t>()},      {"i16", codec::shape_of<std::int16_t>()},
        {"i32", codec::shape_of<std::int32_t>()},    {"i64", codec::shape_of<std::int64_t>()},
        {"f32", codec::shape_of<float>()},           {"f64", codec::shape_of<double>()},
        {"timestamp", codec::shape_of<Timestamp>()}, {"uuid", codec::shape_of<Uuid>()},
        {"uint256", codec::shape_of<Uint256>()},
    };
    std::string_view name = text.head;
    constexpr std::string_view kEnum = "enum ";
    const bool enumeration = name.starts_with(kEnum);
    const CatalogEnum* enumerators = nullptr;
    if (enumeration) {
        name.remove_prefix(kEnum.size());
        enumerators = find_enum(*enums_, place);
        if (enumerators == nullptr && unnamed_ == EnumForm::document) {
            DynamicType& type = add();
            hold<Document>(type);
            type.shape = codec::shape_of<Document>();
            return &type;
        }
    }
    const bool counts = text.is("time_point") || text.is("duration");
    if (counts && text.arguments.size() == 2) name = text.arguments[0].text;
    if (text.is("fixed")) {
        const std::optional<std::uint64_t> size =
            text.arguments.size() == 1 ? count_of(text.arguments[0].text) : std::nullopt;
        if (!size || *size > kMaxBytes) refuse(text.text, "has no size, or one above 16 MiB");
        DynamicType& type = add();
        hold_bytes(type, *size, 1);
        type.shape = {Kind::fixed_bytes, Meaning::plain, type.size};
        return &type;
    }
    if (!counts && !text.arguments.empty()) return nullptr;
    const auto* const found =
        std::find_if(std::begin(kFixed), std::end(kFixed), [&](const Fixed& one) { return one.name == name; });
    if (found == std::end(kFixed)) return nullptr;
    const Kind kind = found->shape.kind;
    if (enumeration && kind != Kind::unsigned_integer && kind != Kind::signed_integer && kind != Kind::boolean)
        return nullptr;
    DynamicType& type = add();
    type.shape = found->shape;
    const std::uint32_t size = type.shape.size;
    hold_bytes(type, size, size == 2 || size == 4 || size == 8 ? size : 1);
    if (enumeration) {
        static const std::map<std::string, std::int64_t> kUnknown;
        const codec::EnumShape& known =
            type.enumeration.emplace(enumerators == nullptr ? kUnknown : enumerators->names);
        type.shape.meaning = Meaning::enumeration;
        type.shape.details = &known;
    }
    if (counts) {
        const std::string_view ratio = text.arguments[1].text;
        const std::size_t slash = ratio.find('/');
        const auto numerator = count_of(ratio.substr(0, slash));
        const auto denominator = slash == std::string_view::npos ? std::nullopt : count_of(ratio.substr(slash + 1));
        if (!numerator || !denominator) refuse(text.text, "has no length of its tick");
        type.tick = {static_cast<std::intmax_t>(*numerator), static_cast<std::intmax_t>(*denominator)};
        type.shape.meaning = text.is("time_point") ? Meaning::time_point : Meaning::duration;
        type.shape.details = &type.tick;
    }
    return &type;
}

const DynamicType& DynamicTypes::make_enclosing(const TypeText& text, const Enclosing* outer) {
    std::optional<std::uint64_t> levels = count_of(text.head.substr(text.head.find(' ') + 1));
    bool deferred = false;
    for (; outer != nullptr; outer = outer->outer) {
        deferred = deferred || outer->deferred;
        if (outer->record == nullptr) continue;
        if (levels && --*levels == 0) break;
    }
    if (outer == nullptr || !deferred) refuse(text.text, "encloses nothing, or holds itself without end");
    return *outer->record;
}

const DynamicType& DynamicTypes::make_list(const TypeText& text, ListForm form, const Enclosing& outer) {
    const bool array = form == ListForm::array;
    if (text.arguments.size() != (array ? 2U : 1U)) refuse(text.text, "is no name of a type");
    const DynamicType& content = make(text.arguments[0], {nullptr, !array, in_list(outer.place), &outer});
    DynamicType& type = add();
    hold_box<ListBox>(type);
    type.content = &content;
    std::uint32_t count = 0;
    if (array) {
        const std::optional<std::uint64_t> wanted = count_of(text.arguments[1].text);
        const std::uint64_t most = kMaxBytes / (content.eager + sizeof(DynamicValue));
        if (!wanted || *wanted > most) refuse(text.text, "has no size, or one above 16 MiB");
        count = static_cast<std::uint32_t>(*wanted);
        type.eager = type.size + count * (content.eager + sizeof(DynamicValue));
    }
    type.list = {form,
                 count,
                 &content.shape,
                 kCountList,
                 kVisitList,
                 kClearList,
                 array ? static_cast<void* (*)(void*, std::size_t)>(kPlaceInArray) : kAddToVector,
                 nullptr,
                 nullptr};
    type.shape = {Kind::list, Meaning::plain, 0, &type.list};
    return type;
}

const DynamicType& DynamicTypes::make_holder(const TypeText& text, const Enclosing& outer) {
    const bool map = text.is("map");
    if (text.arguments.size() != (map ? 2U : 1U) || (map && text.arguments[0].text != "string"))
        refuse(text.text, "is no name of a type");
    const DynamicType& content =
        make(text.arguments.back(), {nullptr, true, map ? in_map(outer.place) : outer.place, &outer});
    DynamicType& type = add();
    type.content = &content;
    if (map) {
        hold_box<MapBox>(type);
        type.map = {&content.shape, kCountMap, kVisitMap, kClearMap, kAddToMap};
        type.shape = {Kind::map, Meaning::plain, 0, &type.map};
    } else {
        hold_box<OptionalBox>(type);
        type.optional = {&content.shape, kGetOptional, kEmplaceOptional, kResetOptional};
        type.shape = {Kind::optional, Meaning::plain, 0, &type.optional};
    }
    return type;
}

const DynamicType& DynamicTypes::make_variant(const TypeText& text, const Enclosing& outer) {
    if (text.arguments.empty()) refuse(text.text, "is no name of a type");
    std::vector<const DynamicType*> parts;
    for (const TypeText& alternative : text.arguments)
        parts.push_back(
            &make(alternative, {nullptr, !parts.empty(), in_variant(outer.place, parts.size()), &outer}));
    DynamicType& type = add();
    hold_box<VariantBox>(type);
    type.eager = type.size + parts.front()->eager;
    for (const DynamicType* part : parts) type.alternatives.push_back(&part->shape);
    type.parts = std::move(parts);
    type.variant = {static_cast<std::uint32_t>(type.parts.size()), type.alternatives.data(), kPositionOfVariant,
                    kGetVariant, kEmplaceVariant};
    type.shape = {Kind::variant, Meaning::plain, 0, &type.variant};
    return type;
}

const DynamicType& DynamicTypes::make_record(const TypeText& text, const std::vector<std::string_view>& names,
                                             Meaning meaning, const Enclosing& outer) {
    DynamicType& record = add();
    // What refers to it from inside needs no more than its address and its shape's.
    record.shape = {Kind::record, Meaning::plain, 0, &record.record};
    std::vector<const DynamicType*> parts;
    for (std::size_t i = 0; i < text.arguments.size(); ++i)
        parts.push_back(&make(text.arguments[i], {&record, false, in_record(outer.place, names[i]), &outer}));
    record.parts = std::move(parts);
    lay_out(record, names);
    record.shape.meaning = meaning;
    return record;
}

void DynamicTypes::lay_out(DynamicType& record, const std::vector<std::string_view>& names) {
    if (names.size() > kMaxFields) refuse("record", "has more than 255 fields");
    std::size_t end = sizeof(const DynamicType*);
    record.alignment = alignof(const DynamicType*);
    record.record.unknown = static_cast<std::uint32_t>(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        const DynamicType& part = *record.parts[i];
        end = (end + part.alignment - 1) / part.alignment * part.alignment;
        record.offsets.push_back(static_cast<std::uint32_t>(end));
        end += part.size;
        record.eager += part.eager;
        if (end > kMaxBytes || record.eager > kMaxBytes) refuse("record", "is larger than 16 MiB");
        record.fields.push_back({texts_.emplace_back(names[i]), &part.shape});
        if (part.shape.meaning == Meaning::unknown_fields) record.record.unknown = static_cast<std::uint32_t>(i);
    }
    record.size = static_cast<std::uint32_t>(end);
    record.eager += record.size;
    record.sorted.resize(names.size());
    std::iota(record.sorted.begin(), record.sorted.end(), std::uint8_t{0});
    std::sort(record.sorted.begin(), record.sorted.end(), [&](std::uint8_t a, std::uint8_t b) {
        return codec::detail::name_less(record.fields[a].name, record.fields[b].name);
    });
    record.construct = &construct_record;
    record.destroy = &destroy_record;
    record.record.count = static_cast<std::uint32_t>(names.size());
    record.record.fields = record.fields.data();
    record.record.sorted = record.sorted.data();
    record.record.offsets = kOffsets;
    record.shape = {Kind::record, Meaning::plain, 0, &record.record};
}

}  // namespace cambium::detail
