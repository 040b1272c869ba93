import { expect, test } from 'vitest'
import { checkTemplate } from '../../../src/platform/check-template.ts'

test.each([
  'no placeholder at all }}',
  'Hi {{ contact.first_name | default: "friend" | upcase }}, it is {{ now | date: "%H:%M" }}',
  '{{ run.город }} {{ deal["the budget"] }} {{ project.x }} {{ message.text }} {{ conversation.title }} {{ sender.first_name }}',
  '{% assign n = deal.budget | times: 2 %}{{ n }}{% for item in deal.items %}{{ item.name }} {{ forloop.index }}{% endfor %}',
  '{% raw %}{{ anything }}{% endraw %}{{ "a literal." }}{{ 1.5 }}',
])('%s is a good template', (template) => {
  expect(checkTemplate(template)).toBeUndefined()
})

test.each([
  ['Hi {{ contakt.name }}', 'line 1, column 7: unknown name "contakt"; did you mean "contact"?'],
  [
    'a\nb {{ customer.name }}',
    'line 2, column 6: unknown name "customer"; expected one of contact, deal, run, project, message, conversation, sender, trigger, now',
  ],
  [
    '{{ contact.name | default: frend }}',
    'line 1, column 28: unknown name "frend"; expected one of contact, deal, run, project, message, conversation, sender, trigger, now',
  ],
  [
    '{{ contact.first name }}',
    'line 1, column 18: unknown name "name"; expected one of contact, deal, run, project, message, conversation, sender, trigger, now',
  ],
  ['{{ contact.name | upcas }}', 'line 1, column 19: unknown filter "upcas"; did you mean "upcase"?'],
  [
    'x\n{{ contact.name |\n  qqqqqqq }}',
    'line 3, column 3: unknown filter "qqqqqqq"; expected one of default, date, upcase, downcase, capitalize, round, plus, minus, times, replace and the others of Liquid',
  ],
  ['Hi\nyou {{ contact.name', 'line 2, column 5: "{{" has no end; expected "}}" after the placeholder'],
  ['{% if contact.vip', 'line 1, column 1: "{%" has no end; expected "%}" after the tag'],
  ['a {{ }}', 'line 1, column 6: the placeholder is empty; expected a name such as {{ contact.first_name }}'],
  ['{{ {name} }}', 'line 1, column 4: "{name}" names nothing; expected a name such as {{ contact.first_name }}'],
  ['{{ contact. }}', 'line 1, column 11: nothing stands after the dot; expected the name of a field'],
  ['{% if contact.vip %}a', 'line 1, column 1: "if" has no end; expected {% endif %} after it'],
  [
    '{% include "package.json" %}',
    'line 1, column 1: unknown tag "include"; expected one of #, assign, break, capture, case, comment, continue, for, if, raw, unless',
  ],
  [
    '{{ contact["name" }}',
    'line 1, column 18: [ not closed; expected a placeholder such as {{ contact.first_name | default: "friend" }}',
  ],
])('%s is refused', (template, message) => {
  expect(checkTemplate(template, 'options.text')).toEqual({ path: 'options.text', message })
})
