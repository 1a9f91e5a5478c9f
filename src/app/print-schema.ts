// Prints the sorted schema. `npm run schema` writes it to schema/schema.graphql.
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from './schema.js';

process.stdout.write(`${printSchema(lexicographicSortSchema(createSchema()))}\n`);
