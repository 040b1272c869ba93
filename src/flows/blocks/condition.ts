import { defineBlock, next } from '../block.ts'
import { evaluate, type Group, groupSchema, rulesOf } from '../conditions/condition.ts'
import { localClock } from './local-clock.ts'
import { contactFieldFault } from './target.ts'
import { templatesIn } from './templates-in.ts'

export const condition = defineBlock({
  type: 'condition',
  summary: 'Goes one way when its rules hold and another when they do not.',
  kind: 'action',
  options: groupSchema,
  outputs: () => ['true', 'false'],
  needs: [],
  example: {
    match: 'all',
    rules: [
      { field: 'contact.phone', operator: 'is_set' },
      {
        match: 'any',
        rules: [
          { field: 'run.budget', operator: 'greater', value: 1_000_000 },
          { field: 'contact.labels', operator: 'contains', value: 'vip' },
        ],
      },
      { field: 'now.time', operator: 'between', value: ['09:00', '18:00'] },
    ],
  },
  templates: (group) =>
    Object.assign({}, ...rulesOf(group).map(({ path, rule }) => templatesIn(rule.value, `${path}.value`))),
  check: (group, lookup) =>
    rulesOf(group).flatMap(({ path, rule }) => {
      const fault = contactFieldFault(rule.field, lookup)
      return fault ? [{ path: `${path}.field`, message: fault }] : []
    }),
  execute(context) {
    const { options, scope, project, renderJson } = context
    const facts = { scope, now: localClock(context), workingHours: project.workingHours }
    return next(String(evaluate(renderJson(options) as Group, facts)))
  },
})
