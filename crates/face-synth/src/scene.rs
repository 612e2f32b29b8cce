//! What changes from one picture of a person to the next: pose, light, expression, background, camera.

/// One picture's circumstances; the default is a frontal face, eyes open, in even light.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Turn of the head in degrees, positive to the right of the picture.
    pub yaw_deg: f32,
    /// Nod in degrees, positive upwards.
    pub pitch_deg: f32,
    /// Tilt in degrees, positive clockwise as seen in the picture.
    pub roll_deg: f32,
    /// Size: at 1 the eyes are about a sixth of the picture's height apart.
    pub scale: f32,
    /// Middle of the head as shares of width and height.
    pub centre: [f32; 2],
    /// Direction to the key light: degrees to the right of the camera and degrees above it.
    pub light_deg: [f32; 2],
    /// Strength of the key light; 1 exposes well.
    pub light_intensity: f32,
    /// Strength of the light from all around; 1 is an ordinary room.
    pub ambient: f32,
    /// Warmth of the light, -1 (blue) to 1 (orange).
    pub warmth: f32,
    /// Which background; each number is another room.
    pub background: u64,
    /// Colour of the clothes, another for each number.
    pub clothes: u64,
    /// Openness of both eyes, 0 (closed) to 1 (open).
    pub eyes_open: f32,
    /// Gaze to the right and upwards, -1 to 1 each.
    pub gaze: [f32; 2],
    /// Openness of the mouth, 0 to 1.
    pub mouth: f32,
    /// Expression, -1 (corners of the mouth down) to 1 (smile).
    pub expression: f32,
    /// Seed of the sensor's noise.
    pub noise_seed: u64,
    /// Standard deviation of the sensor's noise, in grey levels of 255.
    pub noise: f32,
    /// Radius of the blur in pixels of a picture 480 high; 0 is sharp.
    pub blur: f32,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            yaw_deg: 0.0,
            pitch_deg: 0.0,
            roll_deg: 0.0,
            scale: 1.0,
            centre: [0.5, 0.48],
            light_deg: [20.0, 30.0],
            light_intensity: 1.0,
            ambient: 1.0,
            warmth: 0.0,
            background: 0,
            clothes: 0,
            eyes_open: 1.0,
            gaze: [0.0, 0.0],
            mouth: 0.0,
            expression: 0.0,
            noise_seed: 0,
            noise: 1.5,
            blur: 0.0,
        }
    }
}
