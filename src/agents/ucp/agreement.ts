import { CART, LOOKUP, SEARCH, UCP_VERSION, IMAGE_SEARCH_VERSION } from './protocol.js';
import { authorityOf } from './authority.js';
import type { AgentProfile } from './known-agents.js';
import { BusinessRefusal, notAgreed } from './refusals.js';

/** A capability of this gateway; an extension names what it extends. */
export interface Capability {
  readonly version: string;
  readonly extends?: readonly string[];
}

/** The name of the extension for pictures at this address; null where nobody can prove to own the name. */
export function imageSearchName(publicUrl: string): string | null {
  const authority = authorityOf(publicUrl);
  return authority === null ? null : `${authority}.shopping.image_search`;
}

/** What this gateway can do, by name. */
export function capabilitiesAt(publicUrl: string): ReadonlyMap<string, Capability> {
  const extension = imageSearchName(publicUrl);
  return new Map<string, Capability>([
    [SEARCH, { version: UCP_VERSION }],
    [LOOKUP, { version: UCP_VERSION }],
    [CART, { version: UCP_VERSION }],
    ...(extension === null
      ? []
      : [[extension, { version: IMAGE_SEARCH_VERSION, extends: [SEARCH, LOOKUP] }] as const]),
  ]);
}

/** What an answer says about itself. */
export interface Envelope {
  readonly version: string;
  readonly status?: 'error';
  readonly capabilities: Readonly<Record<string, readonly { readonly version: string }[]>>;
}

/**
 * The capabilities that both parties have, of those that an operation is about: its own, and extensions of it.
 * @throws TransportRefusal for another version of UCP; BusinessRefusal when the operation's capability is not among them
 */
export function agree(profile: AgentProfile, publicUrl: string, root: string): Envelope {
  const { version, capabilities: theirs } = profile.ucp;
  if (version !== UCP_VERSION)
    throw notAgreed(
      422,
      'version_unsupported',
      `UCP ${version} is not supported. This gateway supports ${UCP_VERSION}.`,
    );
  const shared = [...capabilitiesAt(publicUrl)].filter(
    ([name, ours]) =>
      (name === root || ours.extends?.includes(root) === true) &&
      theirs[name]?.some((one) => one.version === ours.version) === true,
  );
  if (!shared.some(([name]) => name === root))
    throw new BusinessRefusal([
      {
        type: 'error',
        code: 'capabilities_incompatible',
        content: `Your profile does not declare ${root} in version ${UCP_VERSION}, which this operation belongs to.`,
        severity: 'unrecoverable',
      },
    ]);
  return {
    version: UCP_VERSION,
    capabilities: Object.fromEntries(shared.map(([name, { version: of }]) => [name, [{ version: of }]])),
  };
}
