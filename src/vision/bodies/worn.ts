import type { Box } from '../regions.js';
import { frontLane, LAST_LEVEL, sideLane, type Body, type Level } from './body.js';
import { findEdges } from './hems.js';
import type { Landmark } from './pose.js';
import { areLegsSeen, seenFeet } from './seen.js';
import { medianColor, toneDistance, type Span, type Tone } from './silhouette.js';

/**
 * Where on a body a garment hangs: from the shoulders to the hips, from the shoulders over the legs, open over another
 * one, beneath an open one, from the waist, or on the feet.
 */
export const BODY_PARTS = ['upper', 'full', 'outer', 'inner', 'lower', 'feet'] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

/** A garment on a body. */
export interface WornPart {
  readonly part: BodyPart;
  readonly box: Box;
}

/** The same as for figures: what covers less of the image is hardly seen. */
const LEAST_AREA = 0.008;

/** Of a garment that the edge of the image cuts off, a smaller share does not tell what it is. */
const LEAST_SEEN = 0.2;

/** A garment that hangs from the shoulders starts a little above them, with its collar. */
const COLLAR: Level = -0.12;
/** What is seen of a shirt in an open coat: from beneath the collar to where trousers start, in the chest's color. */
const NECKLINE: Level = -0.05;
const BELT: Level = 1.15;
/** Without an edge, the most common outfit: something to the hips, and trousers. */
const USUAL_HEM: Level = 1.1;
const USUAL_WAIST: Level = 1.05;
/** What ends above is worn with something below it; what ends at the knees may be a dress or a coat. */
const LONGEST_TOP: Level = 1.55;
/** Bare legs that begin above this belong to shorts in the color of skin. */
const HIGHEST_HEM: Level = 1.2;
const SHORTS: Level = 1.5;
/** A second edge that is lower is the light on trousers; one that is weaker than this as well. */
const LOWEST_HEM: Level = 2;
const LEAST_EDGE = 25;

/** Margins beyond the landmarks, as shares of the torso: sleeves, skirts and wide trousers, soles, seams. */
const SLEEVE = 0.15;
const SKIRT = 0.3;
const SOLE = 0.1;
const SEAM = 0.1;
/** Share of the feet's pixels, with the ankles, that is shoes. */
const SHOES = 0.75;

/** How far skin in another light is from the face's: hue and lightness. */
const SKIN_HUE = 12;
const SKIN_LIGHTNESS = 19;
/** The same for the hue of legs, as a share of the face's chroma: dark skin is near gray trousers. */
const SKIN_CHROMA = 0.55;
/** How much nearer to the face the color must be if it goes from the chest to the feet: a beige dress is near, too. */
const SURE = 0.6;
/** Rows with swimwear in them; clothes in the color of skin have none in another color. */
const SWIMWEAR_ROWS = 2;
/** A sleeve whose color is at least this far from the chest's belongs to another garment. */
const OTHER_GARMENT = 16;
/** A flap of a coat ends where this many rows in a row have another color; without such an end, at the calves. */
const FLAP_END = 21;
const FLAP_ROWS = 4;
const SHORTEST_COAT: Level = 0.9;
const LONGEST_COAT: Level = 2.6;

const SHOULDERS: readonly Landmark[] = ['leftShoulder', 'rightShoulder'];
const ARMS: readonly Landmark[] = [
  'leftShoulder',
  'rightShoulder',
  'leftElbow',
  'rightElbow',
  'leftWrist',
  'rightWrist',
];
const LEGS = [
  ['leftHip', 'rightHip'],
  ['leftKnee', 'rightKnee'],
  ['leftAnkle', 'rightAnkle'],
] as const satisfies readonly (readonly Landmark[])[];

/**
 * What a person wears, as far as where it hangs and where its color ends tell: one garment or an open one over another
 * from the shoulders, one from the waist unless the first reaches the legs, and shoes.
 */
export function findWorn(body: Body): WornPart[] {
  const front = body.tones(frontLane(body));
  if (front === null) return [];
  const divided = dividedAt(body, front);
  const { hem, lower } = areLegsSeen(body) ? divided : { hem: Math.min(divided.hem, USUAL_HEM), lower: null };
  const sleeves = sleeveTones(body);
  const chest = medianColor(front.filter((_, row) => isChest(body.levels[row] ?? 0)));
  const tone = chest === null ? null : coatTone(sleeves, chest, skinTone(body));
  const coat = chest === null || tone === null ? null : { chest, tone };
  const arms = body.across(ARMS, SLEEVE);
  const found: (WornPart | null)[] = [];
  if (coat === null) found.push(partOf(body, hem < LONGEST_TOP ? 'upper' : 'full', arms, [COLLAR, hem]));
  else {
    const isBeneath = (tone: Tone): boolean => toneDistance(tone, coat.chest) < toneDistance(tone, coat.tone);
    found.push(
      partOf(body, 'outer', arms, [COLLAR, coatHem(body, coat.tone)]),
      partOf(body, 'inner', body.across(SHOULDERS, SEAM), [NECKLINE, Math.min(hem, BELT)], isBeneath),
    );
  }
  if (lower !== null) found.push(partOf(body, 'lower', legsTo(body, lower[1]), lower));
  found.push(feetOf(body));
  return found.flatMap((part) => part ?? []);
}

/** Where what hangs from the shoulders ends, and between which levels something hangs from the waist. */
function dividedAt(
  body: Body,
  tones: readonly Tone[],
): { readonly hem: Level; readonly lower: readonly [Level, Level] | null } {
  const edges = findEdges(tones, body.levels);
  const ends = [0, ...edges, tones.length];
  const parts = ends.slice(1).map((end, i) => medianColor(tones.slice(ends[i], end)));
  const [first, second] = edges.map((row) => body.levels[row] ?? 0);
  const skin = skinTone(body);
  const isBarePart = (part: Tone | null | undefined): boolean => part != null && isBare(part, skin);
  const [middle, last] = [parts[1] ?? null, parts.at(-1) ?? null];
  const isLong = first === undefined || first >= LONGEST_TOP;
  if (isLong && parts[0] != null && isInSwimwear(body, tones, parts[0]))
    return { hem: USUAL_HEM, lower: [USUAL_WAIST, SHORTS] };
  if (first === undefined) return { hem: USUAL_HEM, lower: [USUAL_WAIST, LAST_LEVEL] };
  if (second === undefined) {
    if (isBarePart(last)) return { hem: first, lower: first < HIGHEST_HEM ? [first, SHORTS] : null };
    return { hem: first, lower: first < LONGEST_TOP ? [first, LAST_LEVEL] : null };
  }
  // Bare legs, and then socks or boots.
  if (first >= LONGEST_TOP || (first >= HIGHEST_HEM && isBarePart(middle)))
    return { hem: first, lower: null };
  const isEdge =
    isBarePart(last) ||
    (second < LOWEST_HEM && middle !== null && last !== null && toneDistance(middle, last) > LEAST_EDGE);
  return { hem: first, lower: [first, isEdge ? second : LAST_LEVEL] };
}

/** In swimwear, skin in the color of the face goes on from the chest past the hips, but for the swimwear. */
function isInSwimwear(body: Body, tones: readonly Tone[], most: Tone): boolean {
  const skin = skinTone(body);
  if (skin === null || !isBare(most, skin, SURE)) return false;
  const above = tones.filter((_, row) => (body.levels[row] ?? 0) < HIGHEST_HEM);
  return above.filter((tone) => !isBare(tone, skin)).length >= SWIMWEAR_ROWS;
}

const isChest = (level: Level): boolean => level > 0.2 && level < 0.75;

const legsTo = (body: Body, hem: Level): Span =>
  body.across(LEGS.slice(0, hem > 2.5 ? 3 : hem > 1.5 ? 2 : 1).flat(), SKIRT);

function partOf(
  body: Body,
  part: BodyPart,
  across: Span,
  [from, to]: readonly [Level, Level],
  isOf?: (tone: Tone) => boolean,
): WornPart | null {
  const down = { from: body.height(from), to: body.height(to) };
  const seen = Math.min(body.silhouette.height, down.to) - Math.max(0, down.from);
  if (seen < LEAST_SEEN * (down.to - down.from)) return null;
  const found = body.silhouette.boxWithin(across, down, isOf);
  return found === null || found.area < LEAST_AREA ? null : { part, box: found.box };
}

/** One box for both shoes. */
function feetOf(body: Body): WornPart | null {
  const feet = seenFeet(body);
  if (feet.length === 0) return null;
  const ankles = feet.filter((landmark) => landmark.endsWith('Ankle'));
  const from = Math.min(...ankles.map((ankle) => body.at(ankle).y));
  const to = Math.max(...feet.map((landmark) => body.at(landmark).y)) + SOLE * body.torso;
  const found = body.silhouette.boxWithin(body.across(feet, SOLE), { from, to });
  if (found === null || SHOES * found.area < LEAST_AREA) return null;
  return { part: 'feet', box: found.box };
}

/** The color of the face; null when it is not seen. */
function skinTone(body: Body): Tone | null {
  const face = [
    body.at('nose'),
    body.middle('mouthLeft', 'mouthRight'),
    body.middle('leftEye', 'mouthLeft'),
    body.middle('rightEye', 'mouthRight'),
  ];
  return medianColor(body.silhouette.near(face, Math.max(1, 0.03 * body.torso)));
}

const isSkin = (tone: Tone, skin: Tone | null, share = 1, hue = SKIN_HUE): boolean =>
  skin !== null &&
  Math.hypot(tone[1] - skin[1], tone[2] - skin[2]) < share * hue &&
  Math.abs(tone[0] - skin[0]) < share * SKIN_LIGHTNESS;

/** The same for the trunk and the legs. Arms that are gray in the shade are bare more often than sleeved. */
const isBare = (tone: Tone, skin: Tone | null, share = 1): boolean =>
  skin !== null && isSkin(tone, skin, share, Math.min(SKIN_HUE, SKIN_CHROMA * Math.hypot(skin[1], skin[2])));

/** The color of each upper arm. */
function sleeveTones(body: Body): Tone[] {
  const sleeves = (['left', 'right'] as const).map((side) => {
    const [p, q] = [body.at(`${side}Shoulder`), body.at(`${side}Elbow`)];
    const points = [0.5, 0.75].map((share) => ({
      x: p.x + share * (q.x - p.x),
      y: p.y + share * (q.y - p.y),
    }));
    return medianColor(body.silhouette.near(points, Math.max(1, 0.04 * body.torso)));
  });
  return sleeves.filter((tone) => tone !== null);
}

/** The color of an open coat: of sleeves that are unlike the chest and not bare; null when there is none. */
function coatTone(sleeves: readonly Tone[], chest: Tone, skin: Tone | null): Tone | null {
  if (sleeves.length < 2 || sleeves.every((tone) => isSkin(tone, skin))) return null;
  if (sleeves.some((tone) => toneDistance(tone, chest) <= OTHER_GARMENT)) return null;
  return medianColor(sleeves);
}

function coatHem(body: Body, coat: Tone): Level {
  const flaps = body.tones(sideLane(body));
  if (flaps === null) return LONGEST_COAT;
  const isOther = flaps.map((tone) => toneDistance(tone, coat) > FLAP_END);
  const end = body.levels.findIndex(
    (level, row) =>
      level >= SHORTEST_COAT && isOther.slice(row, row + FLAP_ROWS).filter(Boolean).length >= FLAP_ROWS - 1,
  );
  return body.levels[end] ?? LONGEST_COAT;
}
