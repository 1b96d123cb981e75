// flatc's types have the names of the generator's, so the namespace is another one here.
#include "plain_flatc.hpp"

#define every_type flatc_every_type
#include "every_type_generated.h"

namespace cambium::test {

namespace {

namespace fb = flatc_every_type;

const fb::Sample* read(ByteView bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    flatbuffers::Verifier verifier{data, bytes.size()};
    return fb::VerifySampleBuffer(verifier) ? fb::GetSample(data) : nullptr;
}

std::string bytes_of(const flatbuffers::FlatBufferBuilder& builder) {
    return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace

std::string repacked_by_flatc(ByteView bytes) {
    const fb::Sample* sample = read(bytes);
    if (sample == nullptr) return {};
    fb::SampleT object;
    sample->UnPackTo(&object);
    flatbuffers::FlatBufferBuilder builder;
    fb::FinishSampleBuffer(builder, fb::Sample::Pack(builder, &object));
    return bytes_of(builder);
}

std::string summary_by_flatc(ByteView bytes) {
    const fb::Sample* sample = read(bytes);
    if (sample == nullptr) return "refused";
    std::string text = "id " + std::to_string(sample->id());
    if (sample->text() != nullptr) text += " text " + sample->text()->str();
    if (sample->opt_number()) text += " opt_number " + std::to_string(*sample->opt_number());
    text += std::string{" color "} + fb::EnumNameColor(sample->color());
    text += " triple " + std::to_string(sample->must_block()->triple().values()->Get(2));
    text += std::string{" shape "} + fb::EnumNameShape(sample->shape_type());
    text += std::string{" must_shape "} + fb::EnumNameShape(sample->must_shape_type());
    if (const auto* branch = sample->must_shape_as_Branch()) text += " leaf " + branch->leaf()->name()->str();
    if (sample->shapes() != nullptr) text += " shapes " + std::to_string(sample->shapes()->size());
    return text;
}

std::string bare_sample_by_flatc() {
    flatbuffers::FlatBufferBuilder builder;
    const auto text = builder.CreateString("must");
    const auto leaf = fb::CreateLeafDirect(builder, "leaf");
    const auto remark = fb::parts::CreateRemarkDirect(builder, "remark").Union();
    const fb::Uuid uuid;
    const fb::Block block;
    fb::SampleBuilder sample{builder};
    sample.add_must_text(text);
    sample.add_must_leaf(leaf);
    sample.add_must_uuid(&uuid);
    sample.add_must_block(&block);
    sample.add_must_shape_type(fb::Shape::parts_Remark);
    sample.add_must_shape(remark);
    fb::FinishSampleBuffer(builder, sample.Finish());
    return bytes_of(builder);
}

}  // namespace cambium::test
