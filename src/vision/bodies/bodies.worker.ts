/** A thread with the networks that find people. It receives images and returns what the people in each wear and carry. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Raster } from '../raster.js';
import { bodyModels } from './bodies.manifest.js';
import { bodyJobs, type BodyAnswer, type BodyJob } from './bodies.protocol.js';
import { Body } from './body.js';
import { CARRIED_FORMAT, CARRIED_SIZE, readCarried } from './carried.js';
import { DETECTION_FORMAT, DETECTION_SIZE, readPeople } from './find-people.js';
import { LANDMARKS_FORMAT, LANDMARKS_SIZE, readPose } from './pose.js';
import { Silhouette } from './silhouette.js';
import { innerViews, viewTensor, wholeView, type PixelFormat, type SquareView } from './square-view.js';
import { isPerson, turnedBox, turnedPose, turnedRaster, turnsBack, turnsUpright } from './upright.js';
import { findWorn } from './worn.js';

/** The same as an encoder's thread: the event loop has priority. */
const NICENESS = 10;
/** Each person takes one pass of a network; in a crowd, the surest ones are looked at. */
const MAX_PEOPLE = 4;

const NOTHING: BodyAnswer = { people: [], carried: [], isPeopled: false, parts: 0 };

const port = parentPort;
if (!port) throw new Error('bodies.worker runs only as a worker thread.');
if (process.platform === 'linux') setPriority(0, NICENESS);

const paths = bodyModels.parse(workerData);
const [detection, landmarks, carried] = await Promise.all([
  open(paths.detection),
  open(paths.landmarks),
  open(paths.carried),
]);
port.on('message', (message: unknown) => {
  void answer(bodyJobs.parse(message));
});
port.postMessage('ready');

function open(file: string): Promise<InferenceSession> {
  return InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

async function answer(jobs: readonly BodyJob[]): Promise<void> {
  const answers: BodyAnswer[] = [];
  for (const job of jobs) answers.push({ ...NOTHING, ...(await look(job)) });
  port?.postMessage(answers);
}

async function look(job: BodyJob): Promise<Partial<BodyAnswer>> {
  switch (job.task) {
    case 'people':
      return findPeople(job.image, job.small);
    case 'carried':
      return { carried: await findCarried(job.image) };
    case 'sight':
      return seePeople(job.image);
  }
}

async function findPeople(image: Raster, small: Raster): Promise<Partial<BodyAnswer>> {
  let parts = 0;
  for (const part of partsOf(image)) {
    parts += 1;
    const people = await findPeopleIn(part, image, small);
    if (people.length > 0) return { people, parts };
  }
  return { parts };
}

async function findPeopleIn(part: SquareView, image: Raster, small: Raster): Promise<BodyAnswer['people']> {
  const people: BodyAnswer['people'] = [];
  const scale = small.width / image.width;
  for (const view of await detectPeople(part, image)) {
    const seen = await run(landmarks, image, view, LANDMARKS_SIZE, LANDMARKS_FORMAT);
    const found = readPose(seen('landmarks'), seen('presence'), seen('silhouette'), view);
    const turns = turnsUpright(view.angle);
    if (!isPerson(found, turns)) continue;
    const pose = turnedPose(found, image, turns);
    const silhouette = new Silhouette(turnedRaster(small, turns), pose, scale);
    const worn = findWorn(new Body(silhouette, pose, scale)).map(({ part, box }) => ({
      part,
      box: turnedBox(box, turnsBack(turns)),
    }));
    if (worn.length > 0) people.push({ worn });
  }
  return people;
}

async function seePeople(image: Raster): Promise<Partial<BodyAnswer>> {
  let parts = 0;
  for (const part of partsOf(image)) {
    parts += 1;
    if ((await detectPeople(part, image)).length > 0) return { isPeopled: true, parts };
  }
  return { parts };
}

async function detectPeople(part: SquareView, image: Raster): Promise<SquareView[]> {
  const detected = await run(detection, image, part, DETECTION_SIZE, DETECTION_FORMAT);
  return readPeople(detected('boxes'), detected('scores'), part, MAX_PEOPLE);
}

/** Where people are looked for. */
const partsOf = (image: Raster): SquareView[] => [wholeView(image), ...innerViews(image)];

async function findCarried(image: Raster): Promise<BodyAnswer['carried']> {
  const whole = wholeView(image);
  const seen = await run(carried, image, whole, CARRIED_SIZE, CARRIED_FORMAT);
  return readCarried(seen('scores'), seen('sides'), whole, image);
}

/** What a network says of a part of the image: the numbers of each output. */
async function run(
  session: InferenceSession,
  image: Raster,
  view: SquareView,
  size: number,
  format: PixelFormat,
): Promise<(output: string) => Float32Array> {
  const [input = ''] = session.inputNames;
  const tensor = new Tensor('float32', viewTensor(image, view, size, format), [1, 3, size, size]);
  const results = await session.run({ [input]: tensor });
  return (output) => {
    const data = results[output]?.data;
    if (data instanceof Float32Array) return data;
    throw new Error(`A network of models/bodies has no numbers "${output}".`);
  };
}
