import { configDefaults, defineConfig } from 'vitest/config'

const hasServer = Boolean(process.env.DATABASE_URL)
if (!hasServer) console.log('Without DATABASE_URL the tests of test/faults/postgres are left out: they need a server.')

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(hasServer ? [] : ['test/faults/postgres/**'])],
    globalSetup: ['test/global-setup.ts'],
    // More than the cores of a small machine: many tests wait, for a process to start or a moment to come.
    maxWorkers: 3,
    // Test files share what they import: reading the program anew for each of them took most of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for takes well below a second; a machine that does other things too takes longer.
    expect: { poll: { timeout: 10_000 } },
    // On a machine that does other things too a test of many processes may miss its moment; what fails twice is broken.
    retry: process.env.CI ? 1 : 0,
  },
})
