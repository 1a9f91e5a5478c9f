// Prints the schema, sorted: `npm run schema` keeps schema/schema.graphql with it.
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.js';

process.stdout.write(`${printSchema(lexicographicSortSchema(createSchema()))}\n`);
