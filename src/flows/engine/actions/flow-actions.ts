import type { Actions } from '../../actions.ts'
import { append, merge, type Step } from './step.ts'

/** What a step does to its own run and to other flows. */
export function flowActions(step: Step): Pick<Actions, 'setVariables' | 'startFlow' | 'stopFlow'> {
  const { state, record, control } = step
  return {
    async setVariables(variables) {
      state.run.variables = { ...state.run.variables, ...variables }
      merge(record, 'variables', variables)
    },
    async startFlow(point) {
      await step.guard()
      await control.startFlow(point)
      append(record, 'started', point)
    },
    async stopFlow(point) {
      const count = await control.stopFlow(point)
      append(record, 'stopped', { ...point, branches: count })
      return count
    },
  }
}
