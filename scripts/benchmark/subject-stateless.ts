import { startBaseline } from './baseline.ts'
import { runSubject } from './subject.ts'

/** grammY behind Hono that stores nothing: what the libraries can do at most. */
runSubject((input) => startBaseline(input, { begin: async () => {}, end: async () => {}, stop: async () => {} }))
