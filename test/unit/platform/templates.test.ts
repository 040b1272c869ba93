import { describe, expect, test } from 'vitest'
import { unescapeMarkup } from '../../../src/platform/escape-markup.ts'
import {
  renderHeader,
  renderHtml,
  renderJson,
  renderMarkup,
  renderText,
  renderUrl,
} from '../../../src/platform/templates.ts'

const scope = {
  contact: {
    first_name: 'Анна',
    'любимый цвет': 'red',
    age: 41,
    vip: true,
    tags: ['a', 'b'],
    empty: '',
    quote: 'say "hi"\n',
  },
  project: { api: 'https://api.example.com/v1' },
  run: { город: 'Омск', path: 'a/b?c=d&e', none: null },
  now: '2026-11-02T21:30:00.000Z',
}

describe('renderText', () => {
  test.each([
    ['Hello, {{ contact.first_name }}!', 'Hello, Анна!'],
    ['{{ run.город | upcase }}', 'ОМСК'],
    ['{{ contact["любимый цвет"] }}', 'red'],
    ['{{ contact.surname | default: "friend" }}', 'friend'],
    ['{{ contact.empty | default: "friend" }}', 'friend'],
    ['[{{ contact.surname }}{{ nobody.name }}{{ run.none }}]', '[]'],
    ['{% if contact.age > 40 %}old{% else %}young{% endif %}', 'old'],
    ['{% for tag in contact.tags %}<{{ tag }}>{% endfor %}', '<a><b>'],
    ['{{ contact.age | plus: 1 }}', '42'],
    ['{{ contact.tags }}', 'a, b'],
    ['{{ contact.tags | join: "/" }}', 'a/b'],
    ['{{ contact.vip }}', 'true'],
    ['no { placeholder } 100 %}', 'no { placeholder } 100 %}'],
  ])('makes of %s: %s', (template, text) => {
    expect(renderText(template, scope)).toBe(text)
  })

  test('dates are written in the given time zone, else in UTC', () => {
    const template = '{{ now | date: "%d.%m.%Y %H:%M" }}'
    expect(renderText(template, scope)).toBe('02.11.2026 21:30')
    expect(renderText(template, scope, 'Europe/Moscow')).toBe('03.11.2026 00:30')
    expect(renderText(template, scope, 'America/New_York')).toBe('02.11.2026 16:30')
    expect(renderText(template, scope, 'Nowhere/Land')).toBe('02.11.2026 21:30')
  })

  test('"now" and "today" are the moment of the scope, not of the machine', () => {
    expect(renderText('{{ "now" | date: "%Y-%m-%d" }} {{ "today" | date: "%d" }}', scope)).toBe('2026-11-02 02')
  })

  test.each([
    'include "package.json"',
    'render "package.json"',
    'layout "package.json"',
    'block x',
    'echo contact.age',
    'liquid x',
  ])('the tag {% %s %} does not exist', (tag) => {
    expect(() => renderText(`{% ${tag} %}`, scope)).toThrow(expect.objectContaining({ code: 'invalid' }))
  })

  test('inherited properties cannot be reached', () => {
    expect(renderText('[{{ contact.constructor }}{{ contact.__proto__ }}{{ contact.tags.map }}]', scope)).toBe('[]')
  })

  test('a loop without measure is stopped', () => {
    const template =
      '{% for a in (1..900) %}{% for b in (1..900) %}{% for c in (1..900) %}{{ c }}{% endfor %}{% endfor %}{% endfor %}'
    expect(() => renderText(template, scope)).toThrow(/limit exceeded/)
    expect(() => renderText('{% for a in (1..100000000) %}x{% endfor %}', scope)).toThrow(/limit exceeded/)
  })

  test('an unknown filter is refused with its place', () => {
    expect(() => renderText('a\n{{ contact.age | nope }}', scope)).toThrow(/undefined filter: nope, line:2, col:1/)
  })
})

describe('renderMarkup', () => {
  test('leaves the formatting of the template and takes it from the values', () => {
    const text = renderMarkup('**{{ contact.x }}** `{{ contact.x }}`', { contact: { x: '*a* `b`' } })
    expect(text).toMatch(/^\*\*[^*`]+\*\* `[^*`]+`$/)
    expect(unescapeMarkup(text)).toBe('***a* `b`** `*a* `b``')
  })

  test('a captured value is not escaped twice', () => {
    const text = renderMarkup('{% capture x %}{{ contact.quote }}{% endcapture %}{{ x }}', scope)
    expect(unescapeMarkup(text)).toBe('say "hi"\n')
  })
})

describe('renderJson', () => {
  test('a leaf that is one placeholder keeps its type; a missing one is its fallback or null', () => {
    const value = {
      age: '{{ contact.age }}',
      next: '{{ contact.age | plus: 1 }}',
      vip: '{{contact.vip}}',
      tags: '{{ contact.tags }}',
      whole: '{{ contact }}',
      missing: '{{ contact.surname }}',
      fallback: ['{{ contact.surname | default: 7 }}', '{{ run.none }}'],
      text: 'Age: {{ contact.age }}',
      spaced: ' {{ contact.age }}',
      fixed: 5,
      nothing: null,
      '{{ contact.age }}': 'x',
    }
    expect(renderJson(value, scope)).toEqual({
      age: 41,
      next: 42,
      vip: true,
      tags: ['a', 'b'],
      whole: scope.contact,
      missing: null,
      fallback: [7, null],
      text: 'Age: 41',
      spaced: ' 41',
      fixed: 5,
      nothing: null,
      '{{ contact.age }}': 'x',
    })
  })

  test('quotes and line breaks of a value cannot break the JSON', () => {
    const rendered = renderJson({ a: 'He: {{ contact.quote }}' }, scope)
    expect(JSON.parse(JSON.stringify(rendered))).toEqual({ a: 'He: say "hi"\n' })
  })

  test('a member named __proto__ stays a member', () => {
    const rendered = renderJson(JSON.parse('{"__proto__": {"x": "{{ contact.age }}"}}'), scope)
    expect(JSON.stringify(rendered)).toBe('{"__proto__":{"x":41}}')
  })

  test('nesting without end is refused', () => {
    expect(() => renderJson(JSON.parse('['.repeat(5000) + ']'.repeat(5000)), scope)).toThrow(/64 levels/)
  })
})

describe('renderHtml', () => {
  test('lets no value be a tag or end an attribute, but for one that is given raw', () => {
    const scope = { run: { name: `<b a="1" b='2'>&amp;`, list: ['<', 1], markup: '<hr>' } }
    expect(renderHtml('<i title="{{ run.name }}">{{ run.list }}</i>{{ run.markup | raw }}{{ run.none }}', scope)).toBe(
      '<i title="&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;">&lt;, 1</i><hr>',
    )
    expect(renderHtml('<p>no placeholder &amp; all</p>', {})).toBe('<p>no placeholder &amp; all</p>')
  })
})

describe('renderUrl', () => {
  test.each([
    ['https://x.example/{{ run.path }}?q={{ run.path }}', 'https://x.example/a%2Fb%3Fc%3Dd%26e?q=a%2Fb%3Fc%3Dd%26e'],
    ['https://x.example/{{ run.город }}', 'https://x.example/%D0%9E%D0%BC%D1%81%D0%BA'],
    ['{{ project.api }}/cars/{{ run.path }}', 'https://api.example.com/v1/cars/a%2Fb%3Fc%3Dd%26e'],
    ['{{ project.none | default: "http://localhost" }}/a', 'http://localhost/a'],
    ['https://x.example/?next={{ project.api }}', 'https://x.example/?next=https%3A%2F%2Fapi.example.com%2Fv1'],
    ['{{ run.path }}/x', 'a%2Fb%3Fc%3Dd%26e/x'],
    ['https://x.example/{{ run.path | raw }}', 'https://x.example/a/b?c=d&e'],
    ['https://x.example/?q={{ contact.surname }}', 'https://x.example/?q='],
  ])('makes of %s: %s', (template, url) => {
    expect(renderUrl(template, scope)).toBe(url)
  })

  test('a value cannot climb out of its folder, but may stand in the query', () => {
    const climbing = { run: { id: '..' } }
    expect(() => renderUrl('https://x.example/orders/{{ run.id }}/items', climbing)).toThrow(/".."/)
    expect(() => renderUrl('https://x.example/orders/{{ run.id }}', climbing)).toThrow(/".."/)
    expect(renderUrl('https://x.example/?q={{ run.id }}', climbing)).toBe('https://x.example/?q=..')
  })
})

test('A filter that cuts a character into halves leaves none of them, which the database would refuse.', () => {
  const first = '{{ run.text | split: "" | first }}'
  const scope = { run: { text: '🚗 red' } }
  expect(renderText(first, scope)).toBe('\ufffd')
  expect(renderJson([first, `a ${first}`], scope)).toEqual(['\ufffd', 'a \ufffd'])
})

describe('renderHeader', () => {
  test('fills in one line and refuses more', () => {
    expect(renderHeader('Bearer {{ contact.age }}', scope)).toBe('Bearer 41')
    expect(() => renderHeader('{{ contact.quote }}', scope)).toThrow(/line break/)
    expect(() => renderHeader('a\rb', scope)).toThrow(/line break/)
  })
})
