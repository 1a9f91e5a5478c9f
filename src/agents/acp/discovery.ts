/** The version of the Agentic Commerce Protocol whose product feed `vitrine export --format acp` writes. */
const ACP_VERSION = '2026-04-17';

/**
 * What agents read at /.well-known/acp.json. The gateway writes product feeds for ACP, and takes no payments: so it has none
 * of the services of its API, and says so, instead of sessions that nobody could complete.
 */
export const acpDiscovery = (publicUrl: string): object => ({
  protocol: { name: 'acp', version: ACP_VERSION, supported_versions: [ACP_VERSION] },
  api_base_url: publicUrl,
  transports: [],
  capabilities: { services: [] },
});
