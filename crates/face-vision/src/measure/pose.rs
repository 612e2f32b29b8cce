//! The direction in which a head points, from its five landmarks.

use face_types::{Landmarks, Point};

/// Degrees; signs as in [`face_types::Quality`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Turned: negative towards the left of the picture.
    pub yaw: f32,
    /// Raised (positive) or lowered.
    pub pitch: f32,
    /// Tilted, clockwise as seen.
    pub roll: f32,
}

/// Yaw, pitch and roll of a mean head seen from afar. A person of other proportions reads with a constant offset, whose size was not measured.
///
/// In the frame of the eyes, in units of the distance between them when seen from the front, the nose tip and the mouth
/// lie `*_DOWN` below the eyes and `*_OUT` towards the camera. Turning the head by yaw moves the nose off the line from
/// the middle of the eyes to the middle of the mouth by `sin`, while the eyes draw together by `cos`: their quotient is a
/// tangent. Raising it moves nose and mouth up by different amounts: the height of the nose between eyes and mouth gives
/// the tangent of the pitch. Points that coincide give a pose of zero.
#[must_use]
pub fn pose(landmarks: &Landmarks) -> Pose {
    let (left, right) = (landmarks.left_eye(), landmarks.right_eye());
    let roll = (right.y - left.y).atan2(right.x - left.x);
    let middle = left.midpoint(right);
    let level = |point: Point| rotate(point.x - middle.x, point.y - middle.y, -roll);
    let (nose_x, nose_y) = level(landmarks.nose());
    let (mouth_x, mouth_y) = level(landmarks.left_mouth().midpoint(landmarks.right_mouth()));
    Pose {
        yaw: yaw(nose_x, mouth_x, landmarks.eye_distance()).to_degrees(),
        pitch: pitch(nose_y, mouth_y).to_degrees(),
        roll: roll.to_degrees(),
    }
}

/// Below the eyes: medians of the 103 frontal among 300 faces of LFW, as `YuNet` marks them. A detector that puts the tip
/// of the nose elsewhere shifts the pitch by a constant: the mean points of `ArcFace`'s template read as 8 degrees.
const NOSE_DOWN: f32 = 0.547;
const MOUTH_DOWN: f32 = 0.966;
/// Ahead of the eyes' centres.
const NOSE_OUT: f32 = 0.55;
const MOUTH_OUT: f32 = 0.12;

fn yaw(nose_x: f32, mouth_x: f32, eye_distance: f32) -> f32 {
    // Where the line from the eyes to the mouth passes the nose, on the head: the part of the offset that is not depth.
    let share = NOSE_DOWN / MOUTH_DOWN;
    let depth = NOSE_OUT - share * MOUTH_OUT;
    (nose_x - share * mouth_x).atan2(depth * eye_distance)
}

fn pitch(nose_y: f32, mouth_y: f32) -> f32 {
    // nose_y / mouth_y = (NOSE_DOWN - NOSE_OUT t) / (MOUTH_DOWN - MOUTH_OUT t), solved for t = tan(pitch).
    let rise = NOSE_DOWN * mouth_y - MOUTH_DOWN * nose_y;
    let run = NOSE_OUT * mouth_y - MOUTH_OUT * nose_y;
    if run > 0.0 { (rise / run).atan() } else { 0.0 }
}

fn rotate(x: f32, y: f32, angle: f32) -> (f32, f32) {
    let (sin, cos) = angle.sin_cos();
    (x * cos - y * sin, x * sin + y * cos)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// A mean head (x right, y down, z to the camera), raised by pitch, then turned by yaw, then tilted by roll, seen
    /// from afar 80 pixels an eye distance.
    fn head(yaw: f32, pitch: f32, roll: f32) -> Landmarks {
        let points = [
            [-0.5, 0.0, 0.0],
            [0.5, 0.0, 0.0],
            [0.0, NOSE_DOWN, NOSE_OUT],
            [-0.41, MOUTH_DOWN, MOUTH_OUT],
            [0.41, MOUTH_DOWN, MOUTH_OUT],
        ];
        Landmarks(points.map(|[x, y, z]| {
            let (up, ahead) = rotate(y, z, pitch.to_radians());
            let (_, across) = rotate(ahead, x, yaw.to_radians());
            let (x, y) = rotate(across, up, roll.to_radians());
            Point::new(200.0 + 80.0 * x, 300.0 + 80.0 * y)
        }))
    }

    #[rstest]
    #[case::turned_to_the_left_of_the_picture([48.0, 72.0], -35.0, -10.0)]
    #[case::turned_to_the_right_of_the_picture([64.0, 72.0], 10.0, 35.0)]
    fn the_nose_points_where_the_head_is_turned(
        #[case] nose: [f32; 2],
        #[case] least: f32,
        #[case] most: f32,
    ) {
        let face = Landmarks(
            [[38.3, 51.6], [73.5, 51.6], nose, [41.5, 92.3], [70.7, 92.3]].map(Point::from),
        );
        let yaw = pose(&face).yaw;
        assert!((least..most).contains(&yaw), "{yaw}");
    }

    #[rstest]
    #[case::raised(66.0, 1.0)]
    #[case::lowered(78.0, -1.0)]
    fn a_raised_head_lifts_the_nose_towards_the_eyes(#[case] nose_y: f32, #[case] sign: f32) {
        let face = Landmarks(
            [
                [38.3, 51.6],
                [73.5, 51.6],
                [56.0, nose_y],
                [41.5, 92.3],
                [70.7, 92.3],
            ]
            .map(Point::from),
        );
        assert!(pose(&face).pitch * sign > 5.0);
    }

    #[test]
    fn the_mean_face_looks_about_straight_ahead() {
        let Pose { yaw, pitch, roll } =
            pose(&Landmarks(crate::AlignmentTemplate::ARCFACE_112.points));
        assert!(
            yaw.abs() < 1.0 && pitch.abs() < 10.0 && roll.abs() < 1.0,
            "{yaw} {pitch} {roll}"
        );
    }

    #[test]
    fn a_head_tilted_clockwise_has_a_positive_roll() {
        let roll = pose(&head(0.0, 0.0, 30.0)).roll;
        assert!((roll - 30.0).abs() < 1e-3, "{roll}");
        let face = head(0.0, 0.0, 30.0);
        assert!(face.right_eye().y > face.left_eye().y);
    }

    #[test]
    fn coinciding_points_have_no_pose() {
        let pose = pose(&Landmarks([Point::new(5.0, 5.0); 5]));
        assert!(
            [pose.yaw, pose.pitch, pose.roll]
                .iter()
                .all(|v| v.abs() < f32::EPSILON)
        );
    }

    proptest! {
        #[test]
        fn one_turn_is_recovered(yaw in -70.0_f32..70.0, roll in -80.0_f32..80.0) {
            let found = pose(&head(yaw, 0.0, roll));
            prop_assert!((found.yaw - yaw).abs() < 0.1 && (found.roll - roll).abs() < 0.1, "{found:?}");
            prop_assert!(found.pitch.abs() < 0.1);
        }

        #[test]
        fn one_nod_is_recovered(pitch in -40.0_f32..40.0, roll in -80.0_f32..80.0) {
            let found = pose(&head(0.0, pitch, roll));
            prop_assert!((found.pitch - pitch).abs() < 0.1 && found.yaw.abs() < 0.1, "{found:?}");
        }

        #[test]
        fn both_together_are_recovered_to_a_few_degrees(yaw in -30.0_f32..30.0, pitch in -20.0_f32..20.0) {
            let found = pose(&head(yaw, pitch, 0.0));
            prop_assert!((found.yaw - yaw).abs() < 8.0 && (found.pitch - pitch).abs() < 8.0, "{found:?}");
        }
    }
}
