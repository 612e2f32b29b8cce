//! Runs exported networks in ONNX Runtime, and holds the answers against burn's.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Distribution, Tensor, TensorData};
use face_packs::{Network, OnnxRuntime, Search, Silent};

use super::{Export, ExportOptions, Storage};

/// ONNX Runtime for tests: found, or fetched as a user's first start would.
pub(crate) fn runtime() -> Option<OnnxRuntime> {
    match OnnxRuntime::locate_or_fetch_blocking(&Search::of_this_machine(), &Silent) {
        Ok(runtime) => Some(runtime),
        Err(error) => test_needs::missing(&format!("ONNX Runtime: {error}")),
    }
}

/// `module` with every normalisation, bias and slope moved away from where it starts, so that folding one wrongly shows.
pub(crate) fn shaken<M: Module>(module: M) -> M {
    module.map(&mut Shake)
}

struct Shake;

impl ModuleMapper for Shake {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 1 {
            return param;
        }
        param.map(|x| {
            let noise = Tensor::random(x.shape(), Distribution::Uniform(-0.2, 0.2), &x.device());
            x + noise
        })
    }
}

/// A batch of noise in the range that pictures have after normalisation.
pub(crate) fn noise(shape: [usize; 4]) -> Tensor<4> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), &Device::flex())
}

/// Asserts that ONNX Runtime gives for `x` what burn gave, `expected` in the order of the outputs, to within `bound`.
pub(crate) fn assert_agrees(
    network: &impl Export,
    storage: Storage,
    x: Tensor<4>,
    expected: &[TensorData],
    bound: f32,
) {
    let Some(runtime) = runtime() else { return };
    let options = ExportOptions {
        name: "test".to_owned(),
        storage,
        metadata: Vec::new(),
    };
    let bytes = network.to_onnx(&options);
    let mut opened = Network::from_bytes(&runtime, "test", &bytes, 1).unwrap();
    let ports: Vec<_> = opened.outputs().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(ports.len(), expected.len());
    let (shape, values) = (x.dims(), x.into_data().iter::<f32>().collect::<Vec<_>>());
    let outputs = opened.run(&shape, &values).unwrap();
    for (name, expected) in ports.iter().zip(expected) {
        let found = outputs.named(name).unwrap();
        assert_eq!(found.shape, lengths(expected), "{name}");
        let pairs = found.values.iter().zip(expected.iter::<f32>());
        let largest = pairs.fold(0.0, |most, (a, b)| f32::max(most, (a - b).abs()));
        // A comparison with NaN is false, hence the form.
        assert!(largest < bound, "{name} differs by {largest}");
        let spread = expected
            .iter::<f32>()
            .fold(0.0, |most, v| f32::max(most, v.abs()));
        assert!(
            spread > 1e-3,
            "{name} is zero everywhere: nothing was compared"
        );
    }
}

fn lengths(data: &TensorData) -> Vec<i64> {
    data.shape().iter().map(|length| *length as i64).collect()
}
