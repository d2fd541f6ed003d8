/// How a trained network joins modalities.
package enum FusionKind: Sendable, Equatable {
  /// z = Σ wₘ ⊙ hₘ; equation 9 of the survey.
  case weightedSum(WeightForm = .softmax)
  /// z = Σ αₘ ⊙ hₘ with α = softmaxₘ(Wₘ [h₁; …]); equations 10 and 11 of the survey.
  case gate
  /// The same with α from the inputs (Arevalo et al., *Gated multimodal units*, 2017, equation 3, for any number).
  case gatedUnit
  /// z = h₁ + Σ σ(Wₘ [h₁; hₘ]) ⊙ MLP([h₁; hₘ]): falls back to the first modality.
  case residualGate
  /// z = Σᵣ wᵣ ⊙ Πₘ [1; hₘ] Fₘʳ (Liu et al., *Efficient low-rank multimodal fusion*, ACL 2018, equation 5).
  case lowRank(rank: Int)
  /// z = pooled Πₘ (Uₘᵀ hₘ), signed root, length one (Yu et al., *Multi-modal factorized bilinear pooling*, ICCV 2017).
  case factorized(pool: Int)
  /// z = [1; h₁]ᵀ W [1; h₂] + b; two modalities.
  case bilinear
  /// z = (1 + γ(h₁)) ⊙ h₂ + β(h₁) (Perez et al., *FiLM*, AAAI 2018, equation 1); two modalities.
  case film
  /// Tokens of each modality attend to those of the others (Tsai et al., *Multimodal transformer*, ACL 2019, section 3.1).
  case crossAttention(heads: Int, isPaperForm: Bool)
  /// Modalities exchange through a few tokens alone (Nagrani et al., *Attention bottlenecks*, NeurIPS 2021, section 3.2).
  case bottleneck(tokens: Int)
  /// h′ = tanh(W h + Θ mean of the others), twice; equation 17 of the survey on the graph of present modalities.
  case graph

  package enum WeightForm: String, Sendable, CaseIterable {
    /// One a dimension, positive and adding up to 1 over the modalities present.
    case softmax
    /// One a dimension, of any sign; the sum is scaled up where modalities are absent.
    case vector
    /// One a modality, of any sign; the sum is scaled up where modalities are absent.
    case scalar
  }

  /// Whether it weighs the modalities of each row.
  var hasGates: Bool {
    switch self {
    case .weightedSum(.softmax), .gate, .gatedUnit: true
    default: false
    }
  }

  /// How many modalities it joins; nil for any number.
  var count: Int? {
    switch self {
    case .bilinear, .film: 2
    default: nil
    }
  }
}
