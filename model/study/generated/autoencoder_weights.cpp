#include "autoencoder.hpp"
namespace nrc::study {
const std::vector<AutoencoderWeights> kAutoencoders = {};
}
