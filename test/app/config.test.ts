import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../../src/config.js';

test('each mistake in the environment is said once, by the name of the variable', () => {
  const env = { VITRINE_PUBLIC_URL: 'shop.example', VITRINE_TRUSTED_PROXIES: 'proxy,other' };
  const message =
    'The environment variables are invalid:\n' +
    '  VITRINE_PUBLIC_URL: must look like https://shop.example\n' +
    '  VITRINE_TRUSTED_PROXIES: must be IP addresses or CIDR ranges, separated by commas: 10.0.0.0/8,fd00::/8';
  expect(() => readConfig(env)).toThrow(new ConfigError(message));
  expect(() => readConfig({ VITRINE_PUBLIC_URL: 'https://shop.example/api' })).toThrow('must have no path');
});
