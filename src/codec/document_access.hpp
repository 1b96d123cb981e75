// What the decoder needs of a Document: to fill an object without looking for each member's place.
#pragma once

#include <string_view>

#include "cambium/codec/document.hpp"

namespace cambium {

struct DocumentAccess {
    static void become_array(Document& document);
    static void become_object(Document& document);
    /// A null element at the end, to fill. It stays where it is until the next call.
    static Document& append_element(Document& array);
    /// A member at the end, to fill, where it may be out of order until finish().
    static Document::Member& append_member(Document& object, std::string_view name);
    /// Puts the members in order. The name of two members that are called the same, or null.
    static const std::string* finish(Document& object);
};

}  // namespace cambium
