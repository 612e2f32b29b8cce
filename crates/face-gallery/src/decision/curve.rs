//! How often strangers reach a similarity, as measured for one model.

use face_types::Similarity;

/// One point of a measured impostor curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The threshold.
    pub threshold: Similarity,
    /// False match rate: share of non-mated comparisons at or above `threshold`, above 0 and up to 1.
    pub fmr: f64,
}

impl From<(f32, f64)> for CurvePoint {
    /// A similarity and its false match rate.
    fn from((threshold, fmr): (f32, f64)) -> Self {
        Self {
            threshold: Similarity::new(threshold),
            fmr,
        }
    }
}

/// The false match rate over the threshold: at least two points, thresholds rising, rates falling.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpostorCurve(Vec<CurvePoint>);

/// Why points are no impostor curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// One point has no slope.
    #[error("an impostor curve needs two points at least")]
    TooShort,
    /// A rate is no share, or zero: a zero only says that too few comparisons were made.
    #[error("a false match rate must be above 0 and up to 1")]
    Rate,
    /// Two points in the wrong order, or the same twice.
    #[error("thresholds must rise and false match rates fall")]
    Order,
}

impl ImpostorCurve {
    /// A curve through `points`.
    ///
    /// # Errors
    /// [`CurveError`] when there are fewer than two, a rate is out of range, or they are out of order.
    pub fn new(points: impl IntoIterator<Item: Into<CurvePoint>>) -> Result<Self, CurveError> {
        let points: Vec<CurvePoint> = points.into_iter().map(Into::into).collect();
        let is_rate = |point: &CurvePoint| point.fmr > 0.0 && point.fmr <= 1.0;
        let is_ordered = points.is_sorted_by(|a, b| a.threshold < b.threshold && a.fmr > b.fmr);
        match () {
            () if points.len() < 2 => Err(CurveError::TooShort),
            () if !points.iter().all(is_rate) => Err(CurveError::Rate),
            () if !is_ordered => Err(CurveError::Order),
            () => Ok(Self(points)),
        }
    }

    /// The lowest threshold at which the false match rate is not above `fmr`.
    ///
    /// Between points the logarithm of the rate is taken to be a straight line. Below the first point nothing was
    /// measured and nothing looser is answered. Beyond the last the line goes on with the flatter of the last two
    /// slopes: strangers' scores thin out faster and faster, so a straight line overstates the rate and the threshold
    /// comes out too strict rather than too loose; the second slope guards against a last point that few comparisons
    /// made too low. It never goes above 1, the similarity of a template to itself, nor, for a rate that is no number,
    /// below it.
    #[must_use]
    pub fn threshold(&self, fmr: f64) -> Similarity {
        if fmr.is_nan() || fmr <= 0.0 {
            return Similarity::new(1.0);
        }
        let at = self.0.partition_point(|point| point.fmr > fmr);
        match at {
            0 => self.0[0].threshold,
            at if at == self.0.len() => self.beyond_last(fmr),
            at => on_line(self.0[at - 1], slope(self.0[at - 1], self.0[at]), fmr),
        }
    }

    /// How far the best person must lead the next to be named, on this model's scale: the step that makes strangers
    /// rarer by the root of ten about the false match rate of 1 in 1,000.
    ///
    /// Models spread their scores differently: 0.05 is half a decade for one and four decades for another, which at that
    /// margin would name nobody.
    #[must_use]
    pub fn margin(&self) -> f32 {
        let decade = self.threshold(1e-3).value() - self.threshold(1e-2).value();
        (decade / 2.0).max(0.0)
    }

    fn beyond_last(&self, fmr: f64) -> Similarity {
        let last_two_slopes = self.0.windows(2).rev().take(2);
        let flatter = last_two_slopes
            .map(|pair| slope(pair[0], pair[1]))
            .fold(f64::NEG_INFINITY, f64::max);
        let last = *self.0.last().expect("a curve has two points at least");
        on_line(last, flatter, fmr)
    }
}

/// Change of the rate's logarithm per unit of similarity; negative.
fn slope(from: CurvePoint, to: CurvePoint) -> f64 {
    let run = f64::from(to.threshold.value()) - f64::from(from.threshold.value());
    (to.fmr.ln() - from.fmr.ln()) / run
}

/// The threshold with rate `fmr` on the line through `start`.
fn on_line(start: CurvePoint, slope: f64, fmr: f64) -> Similarity {
    let threshold = f64::from(start.threshold.value()) + (fmr.ln() - start.fmr.ln()) / slope;
    Similarity::new(threshold as f32)
}
