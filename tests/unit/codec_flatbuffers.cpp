// FlatBuffers hands over to what cambium-codegen generates; this schema is written by hand and counts its calls.
#include <doctest/doctest.h>

#include <string>

#include "cambium/codec/codec.hpp"
#include "cambium/codec/flatbuffers.hpp"

namespace {

struct Customer {
    std::string name{};
};
struct CustomerView {
    char first;
};
struct Unknown {
    int number{};
};

}  // namespace

template <>
struct cambium::FlatBuffersSchema<Customer> {
    using View = CustomerView;
    static void pack(const Customer& record, std::string& out) { out += record.name; }
    static void unpack(ByteView bytes, Customer& record) { record.name = bytes; }
    static const View* view(ByteView bytes) { return reinterpret_cast<const View*>(bytes.data()); }
};

using cambium::FlatBuffers;

static_assert(cambium::Codec<FlatBuffers, Customer>);
static_assert(cambium::codec::HasFlatBuffersSchema<Customer>);
static_assert(!cambium::codec::HasFlatBuffersSchema<Unknown>);

TEST_CASE("the FlatBuffers codec calls the schema of the record") {
    std::string bytes = "kept ";
    FlatBuffers::encode(Customer{"ada"}, bytes);
    CHECK(bytes == "kept ada");
    Customer customer;
    FlatBuffers::decode("grace", customer);
    CHECK(customer.name == "grace");
    const CustomerView* view = FlatBuffers::view<Customer>(bytes);
    CHECK(view->first == 'k');
}
