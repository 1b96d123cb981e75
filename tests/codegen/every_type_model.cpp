// The tables of schemas/every_type.fbs behave as maps; samples in two codecs.
#include <cambium/codec/cbor.hpp>

#include "every_type_tables.hpp"
#include "generated_model.hpp"

bool every_type::is_true(const Sample& record) {
    return record.truth;
}

TEST_CASE_TEMPLATE("tables of every type behave as maps", T, every_type::Samples,
                   every_type::SamplesAs<cambium::Cbor>, every_type::RawSamples) {
    cambium::test::run_model<T>();
}
