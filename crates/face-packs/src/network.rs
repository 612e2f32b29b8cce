//! A network opened in ONNX Runtime: numbers in, numbers out.

use std::path::Path;

use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionOutputs};
use ort::value::{Outlet, TensorRef};

use crate::OnnxRuntime;

/// Why a network cannot be opened or run.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// ONNX Runtime refuses the file: damaged, or with operators it does not know.
    #[error("ONNX Runtime cannot open {name}")]
    Open {
        /// The file, or what the caller called the bytes.
        name: String,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
    /// The networks of a pack have exactly one input, of floats.
    #[error("{name} has {inputs}; a pack's network has one input of 32-bit floats")]
    Inputs {
        /// The network.
        name: String,
        /// The inputs it has, with their kinds.
        inputs: String,
    },
    /// The values do not fill the shape.
    #[error("{values} values do not fill the shape {shape:?}")]
    Shape {
        /// What the caller asked for.
        shape: Vec<usize>,
        /// How many values came.
        values: usize,
    },
    /// ONNX Runtime failed while running, for example because the shape does not suit the network.
    #[error("ONNX Runtime cannot run {name}")]
    Run {
        /// The network.
        name: String,
        /// What ONNX Runtime says.
        #[source]
        source: ort::Error,
    },
    /// There is no such output of 32-bit floats.
    #[error("{name} has no output {output} of 32-bit floats; it has {outputs}")]
    Output {
        /// The network.
        name: String,
        /// The output asked for.
        output: String,
        /// The outputs it has, with their kinds.
        outputs: String,
    },
}

/// A network with one input, ready to run; runs one batch at a time.
#[derive(Debug)]
pub struct Network {
    name: String,
    session: Session,
}

/// An output: its shape and its values in row-major order, borrowed from ONNX Runtime.
#[derive(Debug, Clone, Copy)]
pub struct Output<'o> {
    /// Length of each axis.
    pub shape: &'o [i64],
    /// As many values as the product of `shape`.
    pub values: &'o [f32],
}

impl Network {
    /// Opens the file at `path` to run on `threads` threads (0: as many as ONNX Runtime thinks best).
    ///
    /// # Errors
    /// [`NetworkError::Open`] and [`NetworkError::Inputs`].
    pub fn open(runtime: &OnnxRuntime, path: &Path, threads: usize) -> Result<Self, NetworkError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| NetworkError::Open {
            name: name.clone(),
            source: ort::Error::new(error.to_string()),
        })?;
        Self::from_bytes(runtime, &name, &bytes, threads)
    }

    /// Opens the ONNX file in `bytes`, called `name` in messages, to run on `threads` threads (0: as many as ONNX
    /// Runtime thinks best).
    ///
    /// # Errors
    /// [`NetworkError::Open`] and [`NetworkError::Inputs`].
    pub fn from_bytes(
        runtime: &OnnxRuntime,
        name: &str,
        bytes: &[u8],
        threads: usize,
    ) -> Result<Self, NetworkError> {
        let session = session(runtime, bytes, threads);
        let session = session.map_err(|source| NetworkError::Open {
            name: name.to_owned(),
            source,
        })?;
        let is_float = |input: &Outlet| {
            input.dtype().tensor_type() == Some(ort::value::TensorElementType::Float32)
        };
        if !matches!(session.inputs(), [only] if is_float(only)) {
            let inputs = describe(session.inputs());
            return Err(NetworkError::Inputs {
                name: name.to_owned(),
                inputs,
            });
        }
        let name = name.to_owned();
        Ok(Self { name, session })
    }

    /// Runs the network on `values` of `shape`, row-major; neither input nor outputs are copied.
    ///
    /// # Errors
    /// [`NetworkError::Shape`] when the values do not fill the shape, [`NetworkError::Run`] when the shape does not
    /// suit the network.
    pub fn run(&mut self, shape: &[usize], values: &[f32]) -> Result<Outputs<'_>, NetworkError> {
        if shape.iter().product::<usize>() != values.len() || values.is_empty() {
            return Err(NetworkError::Shape {
                shape: shape.to_vec(),
                values: values.len(),
            });
        }
        let Self { name, session } = self;
        let input = TensorRef::from_array_view((shape, values));
        let run = input.and_then(|input| session.run(ort::inputs![input]));
        match run {
            Ok(outputs) => Ok(Outputs { name, outputs }),
            Err(source) => Err(NetworkError::Run {
                name: name.clone(),
                source,
            }),
        }
    }

    /// What messages call the network.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The input's name, and its shape with -1 where any length will do.
    #[must_use]
    pub fn input(&self) -> (&str, &[i64]) {
        port(&self.session.inputs()[0])
    }

    /// The outputs' names, and their shapes with -1 where the length is open.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &[i64])> {
        self.session.outputs().iter().map(port)
    }

    /// Whether one run can take several pictures.
    #[must_use]
    pub fn takes_batches(&self) -> bool {
        self.input().1.first().is_some_and(|&length| length < 0)
    }
}

/// What a run gave; borrowed from the network until dropped.
#[derive(Debug)]
pub struct Outputs<'n> {
    name: &'n str,
    outputs: SessionOutputs<'n>,
}

impl Outputs<'_> {
    /// The output called `name`.
    ///
    /// # Errors
    /// [`NetworkError::Output`] when there is none, or it is not of 32-bit floats.
    pub fn named(&self, name: &str) -> Result<Output<'_>, NetworkError> {
        let value = if name.is_empty() {
            None
        } else {
            self.outputs.get(name)
        };
        self.floats(value, || format!("{name:?}"))
    }

    /// The output at `index`, counted from 0.
    ///
    /// # Errors
    /// [`NetworkError::Output`] when there is none, or it is not of 32-bit floats.
    pub fn at(&self, index: usize) -> Result<Output<'_>, NetworkError> {
        let name = self.outputs.keys().nth(index);
        self.floats(name.and_then(|name| self.outputs.get(name)), || {
            format!("number {index}")
        })
    }

    fn floats<'o>(
        &self,
        value: Option<&'o ort::value::DynValue>,
        asked: impl Fn() -> String,
    ) -> Result<Output<'o>, NetworkError> {
        let tensor = value.and_then(|value| value.try_extract_tensor::<f32>().ok());
        let tensor = tensor.map(|(shape, values)| Output { shape, values });
        tensor.ok_or_else(|| NetworkError::Output {
            name: self.name.to_owned(),
            output: asked(),
            outputs: self.outputs.keys().collect::<Vec<_>>().join(", "),
        })
    }
}

/// A session with all graph optimisations that computes the same answer every time.
fn session(runtime: &OnnxRuntime, bytes: &[u8], threads: usize) -> Result<Session, ort::Error> {
    let builder = Session::builder(runtime.environment())?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_deterministic_compute(true)?
        .with_intra_threads(threads)?
        // Threads that wait for work sleep: several networks share the cores with the services.
        .with_intra_op_spinning(false)?
        .with_log_level(ort::logging::LogLevel::Error)?;
    let mut builder = builder;
    builder.commit_from_memory(bytes)
}

fn port(outlet: &Outlet) -> (&str, &[i64]) {
    (
        outlet.name(),
        outlet.dtype().tensor_shape().map_or(&[], |shape| shape),
    )
}

fn describe(outlets: &[Outlet]) -> String {
    let each = outlets
        .iter()
        .map(|outlet| format!("{} ({})", outlet.name(), outlet.dtype()));
    let text = each.collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        "none".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{onnx, runtime};

    fn network(runtime: &OnnxRuntime) -> Network {
        Network::from_bytes(runtime, "double and square", &onnx::double_and_square(), 1).unwrap()
    }

    #[test]
    fn numbers_go_in_and_come_out_by_name_and_by_place() {
        let Some(runtime) = runtime() else { return };
        let mut network = network(&runtime);
        let outputs = network
            .run(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
            .unwrap();
        let double = outputs.named("double").unwrap();
        assert_eq!(double.shape, [2, 3]);
        assert_eq!(double.values, [2.0, 4.0, 6.0, 8.0, 10.0, 12.0]);
        assert_eq!(
            outputs.at(1).unwrap().values,
            [1.0, 4.0, 9.0, 16.0, 25.0, 36.0]
        );
    }

    #[test]
    fn an_output_that_is_not_there_is_refused_with_those_that_are() {
        let Some(runtime) = runtime() else { return };
        let mut network = network(&runtime);
        let outputs = network.run(&[1, 3], &[0.0; 3]).unwrap();
        for result in [outputs.named("half"), outputs.named(""), outputs.at(2)] {
            let text = result.unwrap_err().to_string();
            assert!(text.ends_with("it has double, square"), "{text}");
        }
    }

    #[test]
    fn a_network_tells_its_input_and_outputs() {
        let Some(runtime) = runtime() else { return };
        let network = network(&runtime);
        assert_eq!(network.input(), ("x", &[-1, 3][..]));
        assert_eq!(
            network.outputs().map(|(name, _)| name).collect::<Vec<_>>(),
            ["double", "square"]
        );
        assert!(network.takes_batches());
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        let Some(runtime) = runtime() else { return };
        let mut network = network(&runtime);
        assert!(matches!(
            network.run(&[2, 3], &[0.0; 3]),
            Err(NetworkError::Shape { values: 3, .. })
        ));
        assert!(matches!(
            network.run(&[0, 3], &[]),
            Err(NetworkError::Shape { .. })
        ));
        assert!(matches!(
            network.run(&[1, 4], &[0.0; 4]),
            Err(NetworkError::Run { .. })
        ));
    }

    #[test]
    fn bytes_that_are_no_network_of_one_input_are_refused() {
        let Some(runtime) = runtime() else { return };
        let open = |bytes: &[u8]| Network::from_bytes(&runtime, "file", bytes, 1).unwrap_err();
        assert!(matches!(open(b"no network"), NetworkError::Open { .. }));
        let error = open(&onnx::two_inputs());
        assert!(error.to_string().starts_with("file has x ("), "{error}");
    }
}
