#include "cambium/codec/document.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cambium/base/error.hpp"
#include "codec/document_access.hpp"

namespace cambium {
namespace {

constexpr std::string_view kTypeNames[] = {"null", "a bool", "an integer", "an integer", "a floating-point number",
                                           "text", "bytes",  "an array",   "an object"};

const Document kNull{};

bool precedes(const Document::Member& a, const Document::Member& b) noexcept {
    return a.name < b.name;
}

template <class Members>
auto place_of(Members& members, std::string_view name) noexcept {
    return std::lower_bound(
        members.begin(), members.end(), name,
        [](const Document::Member& member, std::string_view wanted) { return member.name.compare(wanted) < 0; });
}

}  // namespace

Document::Document(std::string_view text) : type_(Type::text) {
    content_.text = new std::string(text);
}

Document::Document(std::string text) : type_(Type::text) {
    content_.text = new std::string(std::move(text));
}

Document::Document(std::span<const std::byte> bytes) : type_(Type::bytes) {
    content_.text = new std::string(bytes_of(bytes));
}

Document::Document(std::vector<Document> elements) : type_(Type::array) {
    content_.elements = new std::vector<Document>(std::move(elements));
}

Document Document::bytes(ByteView content) {
    Document document(content);
    document.type_ = Type::bytes;
    return document;
}

Document Document::array(std::initializer_list<Document> elements) {
    return Document(std::vector<Document>(elements));
}

Document Document::object(std::initializer_list<Member> members) {
    Document document;
    DocumentAccess::become_object(document);
    document.content_.members->assign(members.begin(), members.end());
    if (const std::string* twice = DocumentAccess::finish(document)) {
        throw Error(ErrorCode::invalid_argument, "an object cannot have two members named \"" + *twice + '"');
    }
    return document;
}

// The type is set once the content is there, so that a copy that throws leaves null.
Document::Document(const Document& other) {
    switch (other.type_) {
        case Type::text:
        case Type::bytes:
            content_.text = new std::string(*other.content_.text);
            break;
        case Type::array:
            content_.elements = new std::vector<Document>(*other.content_.elements);
            break;
        case Type::object:
            content_.members = new std::vector<Member>(*other.content_.members);
            break;
        default:
            content_ = other.content_;
    }
    type_ = other.type_;
    tag_ = other.tag_;
}

Document& Document::operator=(const Document& other) {
    Document copy(other);
    swap(copy);
    return *this;
}

void Document::destroy() noexcept {
    switch (std::exchange(type_, Type::null)) {
        case Type::array:
            delete content_.elements;
            return;
        case Type::object:
            delete content_.members;
            return;
        default:
            delete content_.text;
    }
}

void Document::fail_type(std::string_view wanted) const {
    throw Error(ErrorCode::decode, "a document that holds " +
                                       std::string(kTypeNames[static_cast<std::size_t>(type_)]) +
                                       " was asked for " + std::string(wanted));
}

void Document::fail_range(std::string_view wanted) const {
    const std::string number = type_ == Type::signed_integer
                                   ? std::to_string(static_cast<std::int64_t>(content_.bits))
                                   : std::to_string(content_.bits);
    throw Error(ErrorCode::decode, "a document that holds " + number + " was asked for " + std::string(wanted));
}

bool Document::as_bool() const {
    if (type_ != Type::boolean) fail_type("a bool");
    return content_.boolean;
}

std::int64_t Document::as_int64() const {
    if (!is_integer()) fail_type("an integer");
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (type_ == Type::unsigned_integer && content_.bits > kMax) fail_range("a signed integer of 64 bits");
    return static_cast<std::int64_t>(content_.bits);
}

std::uint64_t Document::as_uint64() const {
    if (!is_integer()) fail_type("an integer");
    if (type_ == Type::signed_integer) fail_range("an unsigned integer");
    return content_.bits;
}

double Document::as_double() const {
    if (type_ == Type::floating) return content_.floating;
    if (type_ == Type::unsigned_integer) return static_cast<double>(content_.bits);
    if (type_ != Type::signed_integer) fail_type("a number");
    return static_cast<double>(static_cast<std::int64_t>(content_.bits));
}

std::string_view Document::as_text() const {
    if (type_ != Type::text) fail_type("text");
    return *content_.text;
}

ByteView Document::as_bytes() const {
    if (type_ != Type::bytes) fail_type("bytes");
    return *content_.text;
}

std::size_t Document::size() const noexcept {
    if (type_ == Type::array) return content_.elements->size();
    return type_ == Type::object ? content_.members->size() : 0;
}

std::span<const Document> Document::elements() const noexcept {
    if (type_ != Type::array) return {};
    return *content_.elements;
}

std::span<Document> Document::elements() noexcept {
    if (type_ != Type::array) return {};
    return *content_.elements;
}

std::span<const Document::Member> Document::members() const noexcept {
    if (type_ != Type::object) return {};
    return *content_.members;
}

const Document* Document::find(std::string_view name) const noexcept {
    if (type_ != Type::object) return nullptr;
    const auto at = place_of(*content_.members, name);
    return at != content_.members->end() && at->name == name ? &at->value : nullptr;
}

Document* Document::find(std::string_view name) noexcept {
    return const_cast<Document*>(std::as_const(*this).find(name));
}

const Document& Document::operator[](std::string_view name) const noexcept {
    const Document* member = find(name);
    return member == nullptr ? kNull : *member;
}

Document& Document::operator[](std::string_view name) {
    if (type_ == Type::null) DocumentAccess::become_object(*this);
    if (type_ != Type::object) fail_type("a member \"" + std::string(name) + '"');
    auto at = place_of(*content_.members, name);
    if (at == content_.members->end() || at->name != name) {
        at = content_.members->insert(at, Member{std::string(name), {}});
    }
    return at->value;
}

const Document& Document::at(std::size_t position) const {
    if (type_ != Type::array) fail_type("an element");
    if (position >= content_.elements->size()) {
        throw Error(ErrorCode::decode, "an array of " + std::to_string(content_.elements->size()) +
                                           " elements was asked for number " + std::to_string(position));
    }
    return (*content_.elements)[position];
}

Document& Document::at(std::size_t position) {
    return const_cast<Document&>(std::as_const(*this).at(position));
}

void Document::push_back(Document element) {
    if (type_ == Type::null) DocumentAccess::become_array(*this);
    if (type_ != Type::array) fail_type("an array to append to");
    content_.elements->push_back(std::move(element));
}

bool Document::erase(std::string_view name) {
    if (type_ != Type::object) return false;
    const auto at = place_of(*content_.members, name);
    if (at == content_.members->end() || at->name != name) return false;
    content_.members->erase(at);
    return true;
}

bool operator==(const Document& a, const Document& b) noexcept {
    if (a.type_ != b.type_ || a.tag_ != b.tag_) return false;
    switch (a.type_) {
        case Document::Type::null:
            return true;
        case Document::Type::boolean:
            return a.content_.boolean == b.content_.boolean;
        case Document::Type::unsigned_integer:
        case Document::Type::signed_integer:
            return a.content_.bits == b.content_.bits;
        case Document::Type::floating:
            return a.content_.floating == b.content_.floating ||
                   (std::isnan(a.content_.floating) && std::isnan(b.content_.floating));
        case Document::Type::text:
        case Document::Type::bytes:
            return *a.content_.text == *b.content_.text;
        case Document::Type::array:
            return *a.content_.elements == *b.content_.elements;
        case Document::Type::object:
            return *a.content_.members == *b.content_.members;
    }
    return false;
}

void DocumentAccess::become_array(Document& document) {
    document = Document(std::vector<Document>());
}

void DocumentAccess::become_object(Document& document) {
    auto* members = new std::vector<Document::Member>();
    document = Document();
    document.content_.members = members;
    document.type_ = Document::Type::object;
}

Document& DocumentAccess::append_element(Document& array) {
    return array.content_.elements->emplace_back();
}

Document::Member& DocumentAccess::append_member(Document& object, std::string_view name) {
    return object.content_.members->emplace_back(Document::Member{std::string(name), {}});
}

const std::string* DocumentAccess::finish(Document& object) {
    std::vector<Document::Member>& members = *object.content_.members;
    if (!std::is_sorted(members.begin(), members.end(), precedes))
        std::sort(members.begin(), members.end(), precedes);
    const auto twice =
        std::adjacent_find(members.begin(), members.end(),
                           [](const Document::Member& a, const Document::Member& b) { return a.name == b.name; });
    return twice == members.end() ? nullptr : &twice->name;
}

}  // namespace cambium
