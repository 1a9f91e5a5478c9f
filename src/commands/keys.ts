import { Command } from 'commander';
import { API_KEY_CACHE_MS } from '../access/api-key.store.js';
import { listKeys, revokeKey } from '../access/manage-keys.store.js';
import { OperatorError } from '../platform/operator-error.js';
import { keysCreateCommand } from './keys-create.js';
import { keysListCommand } from './keys-list.js';
import { keysRotateCommand } from './keys-rotate.js';
import { runOnDatabase } from './run-on-database.js';

export function keysCommand(): Command {
  const keys = new Command('keys')
    .description('create, list, rotate, and revoke API keys for storefronts and other systems')
    .addHelpText(
      'after',
      `
Requests send their key in the header \`Authorization: Bearer vitrine_…\`. Without a key, a caller has the scopes in
VITRINE_ANONYMOUS_SCOPES, and can hold a little stock for a short time. A key has exactly its own scopes. No scope
includes another:
  catalog:read   read and search the catalog, with stock and prices
  catalog:write  write and delete products; imageJobs, quarantinedImages, imagesRelease
  stock:write    write stock
  prices:write   write prices
  holds:create   hold stock without the guest limits (VITRINE_GUEST_HOLD_…)
  holds:confirm  confirm holds that were made with this key or by guests, and see those holds
  boards         use boards
  shoppers:forward
                 name the address of the shopper for whom a server asks (Vitrine-Shopper-Address)

You can run these commands while gateways are running on the same data.

Examples:
  vitrine keys create warehouse --scope stock:write
  vitrine keys create checkout --scope catalog:read --scope holds:confirm
  vitrine keys rotate warehouse --overlap 24h
  vitrine keys list
  vitrine keys revoke warehouse`,
    );
  for (const command of [keysCreateCommand(), keysListCommand(), keysRotateCommand(), revokeCommand()])
    keys.addCommand(command);
  return keys;
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key permanently')
    .argument('<name>', 'the name of the key')
    .addHelpText(
      'after',
      `
Examples:
  vitrine keys revoke warehouse`,
    )
    .action((name: string) =>
      runOnDatabase(async (db, { progress }) => {
        if (await revokeKey(db, name)) {
          progress.say(`${name} is revoked; gateways notice within ${API_KEY_CACHE_MS / 1000} seconds.`);
          return;
        }
        const known = (await listKeys(db)).find((key) => key.name === name);
        if (!known) throw new OperatorError(`There is no key ${name}: vitrine keys list shows all keys.`);
        progress.say(`${name} was already revoked.`);
      }),
    );
}
