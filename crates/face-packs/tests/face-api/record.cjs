// Records what the package @vladmandic/face-api itself computes on two drawn faces, each the mean with its mirror image: the numbers of `descriptors.json`,
// with which the tests compare the converted network.
//
// In an empty folder: npm install @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0
// then:               node record.cjs > descriptors.json
const Module = require('module');

// The package asks for the build of TensorFlow.js that runs native code; the one in JavaScript serves as well.
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...rest) => resolve(name === '@tensorflow/tfjs-node' ? '@tensorflow/tfjs' : name, ...rest);

const tf = require('@tensorflow/tfjs');
const faceapi = require('@vladmandic/face-api');

const SIDE = 150;

// The same integers as `drawn_face` of the test.
function drawnFace(kind) {
  const values = new Int32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const within = (cx, cy, a, b) => (x - cx) ** 2 * b * b + (y - cy) ** 2 * a * a <= a * a * b * b;
      let colour = [60 + Math.trunc(x / 3), 90 + Math.trunc(y / 4), (x * 3 + y * 5 + 40 * kind) % 256];
      if (within(48, 47, 9, 5) || within(101, 47, 9, 5)) colour = [40, 30, 30 + 20 * kind];
      else if (within(75, 104, 22 - 4 * kind, 6)) colour = [150, 50, 60];
      else if (within(75, 76, 6, 14)) colour = [170 + (x % 16), 130, 110];
      else if (within(75, 78, 52 + 4 * kind, 68)) colour = [210 - Math.trunc(x / 4), 170 - Math.trunc(y / 6), 140 + ((x * y) % 24)];
      values.set(colour, (y * SIDE + x) * 3);
    }
  }
  return tf.tensor3d(values, [SIDE, SIDE, 3], 'int32');
}

async function main() {
  await tf.setBackend('cpu');
  const models = require('path').join(require.resolve('@vladmandic/face-api'), '../../model');
  await faceapi.nets.faceRecognitionNet.loadFromDisk(models);
  const descriptors = [];
  for (const kind of [0, 1]) {
    const face = drawnFace(kind);
    const [own, mirrored] = await Promise.all([face, face.reverse(1)].map((picture) => (
      faceapi.nets.faceRecognitionNet.computeFaceDescriptor(picture)
    )));
    descriptors.push(Array.from(own, (value, index) => Number(((value + mirrored[index]) / 2).toPrecision(8))));
  }
  process.stdout.write(`${JSON.stringify(descriptors)}\n`);
}

main();
