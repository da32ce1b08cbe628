import { relative } from 'node:path';

/**
 * The Jest configuration every project shares: TypeScript by SWC as native ES modules, workspace packages read from
 * source, and one result file per project, from which `npm test` adds up its closing line.
 */
export function jestConfig(rootDir, overrides = {}) {
  return {
    rootDir,
    displayName: relative(import.meta.dirname, rootDir),
    testMatch: ['<rootDir>/src/**/*.test.ts'],
    testEnvironment: 'node',
    testEnvironmentOptions: { customExportConditions: ['@nexus/source', 'node', 'node-addons'] },
    extensionsToTreatAsEsm: ['.ts'],
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          swcrc: false,
          jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
          module: { type: 'es6' },
        },
      ],
    },
    modulePathIgnorePatterns: ['<rootDir>/dist/'],
    maxWorkers: 2,
    reporters: ['default', ['<rootDir>/' + relative(rootDir, import.meta.dirname) + '/tools/jest-counts.mjs', {}]],
    ...overrides,
  };
}
