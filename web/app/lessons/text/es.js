// Every sentence of the lessons in Spanish, with the keys of en.js.
// Beside the token's way: ls-lessons.js shows these words beside the instrument.
// Must not know the instrument: each entry is a string, or a function of what it is told. *…* is set in italics,
// a list inside a body is a list on the page. Tokens stay English: the model that ships writes no other language.

/** @type {typeof import('./en.js').text} */
export const text = {
  title: 'Lecciones',
  close: 'Cerrar las lecciones',
  contents: (done, all) => `Todas las lecciones: ${done} de ${all} hechas`,
  forget: 'Empezar de nuevo',
  restore: 'Volver a mi texto y mis ajustes',
  number: (number, title) => `${number}. ${title}`,
  isDone: 'hecho',
  previous: (title) => `Anterior: ${title}`,
  next: (title) => `Siguiente: ${title}`,
  pages: 'Lección anterior y siguiente',
  doThis: 'Ahora tú',
  toLesson: (done, all, title) => `${title}: ${done} de ${all} hechas. Volver a la lección`,
  done: (what) => `Hecho. ${what}`,
  lessonDone: (title) => `Has terminado «${title}».`,
  check: 'Comprobar',
  noNumber: 'Escribe un número.',
  notYet: 'El instrumento aún no tiene con qué comparar: espera a que se abra un modelo.',
  wrong: (hint) => `No del todo. ${hint}`,
  right: (why) => `Correcto. ${why}`,
  mistake: 'Cometer este error',

  figure: {
    unfold: 'Mostrar el ejemplo resuelto',
    token: 'Token',
    kept: 'Quedan',
    cut: 'descartado',
    drawn: 'sale',
    u: 'El número u',
    falls: (u, token) => `Con u = ${u} sale «${token}».`,
    pipeline: (stages) => stages.join(', luego '),
    computed: 'calculado',
    printed: 'curso',
    at: (value) => `T = ${value}`,
    failed: 'Este ejemplo no se pudo calcular aquí. Recarga la página para volver a intentarlo.',
  },

  chain: {
    caption: 'Los últimos pasos del texto en el instrumento: lo que el modelo había leído y el token que salió de ahí.',
    empty: 'Todavía no hay nada escrito. Pulsa Paso en el instrumento.',
  },

  chapters: {
    generation: {
      title: 'Qué es generar',
      body: [
        'Un modelo de lenguaje hace una sola cosa. Dado un texto, asigna a cada token de su vocabulario la probabilidad de ser el siguiente. Un *token* es un trozo de texto: una palabra, parte de una palabra, una coma.',
        '*Generar* es repetir tres movimientos: preguntar al modelo, elegir un token, añadirlo. No hay ninguna frase oculta que espere a ser escrita. «Once upon a time» se convierte en «Once upon a time there», y luego en «Once upon a time there was».',
        'En el instrumento cada fila es un token. La primera columna es lo que dice el modelo. Cada columna que sigue es una etapa que cambia las probabilidades, y al final se sortea un token.',
      ],
      tasks: {
        write: {
          what: 'Deja que el modelo escriba cinco tokens: pulsa Paso, o → en el teclado.',
          setups: { story: 'Empezar con «Once upon a time»' },
          done: 'Cinco veces los mismos tres movimientos. Generar no es más que eso; las demás lecciones tratan de la elección.',
        },
        vocabulary: {
          what: '¿Entre cuántos tokens elige este modelo cada vez?',
          unit: 'tokens',
          hint: 'El tamaño del vocabulario está junto al nombre del modelo, arriba en la página. Cada uno de sus tokens tiene una probabilidad en cada paso, por pequeña que sea.',
          done: 'Todos tienen una probabilidad en cada paso. Los que no tienen fila propia están sumados en la última.',
        },
      },
    },

    autoregression: {
      title: 'Lee lo que escribió',
      body: [
        'Un modelo es *autorregresivo* cuando su salida se convierte en su entrada. El token que salió se añade, y la distribución siguiente se calcula con el texto entero, ese token incluido.',
        'Digamos que después de «Hello» el modelo da 40 % a «World» y 30 % a «there». Si sale «World», puede que «!» tenga después 50 %. Si hubiera salido «there», los números serían otros. Así, un solo token distinto convierte todo lo que viene después en otra pregunta.',
        'La fórmula dice lo mismo: la probabilidad de un texto es el producto de las de sus tokens, cada una dado lo que está antes.',
      ],
      tasks: {
        redraw: {
          what: 'Escribe unos tokens. Luego vuelve atrás y pon otro token donde estaba uno de ellos. Con una semilla nueva, Paso saca otro.',
          setups: { story: 'Empezar con «Once upon a time»' },
          done: 'Cambió un token, y con él todo lo que el modelo dirá después.',
        },
        prompt: {
          what: 'Cambia el prompt hasta que el token más probable sea otro.',
          setups: { open: 'Empezar con «She was very»' },
          done: 'Para el modelo tus palabras y las suyas son lo mismo: texto que hay que continuar.',
        },
      },
    },

    sampling: {
      title: 'Voraz o sorteado',
      body: [
        'El modelo da probabilidades; otro tiene que elegir. La decodificación *voraz* (greedy) toma siempre el token más probable. El mismo prompt da entonces siempre el mismo texto, que tiende a dar vueltas en círculo.',
        '*Muestrear* es sortear: un token con 40 % sale en unos 40 de cada 100 sorteos. Para eso hace falta un número aleatorio *u* de 0 a menos de 1. Los tokens que quedan se ponen uno tras otro, cada uno tan largo como su probabilidad, y sale aquel en el que cae *u*.',
        'Al azar no quiere decir sin control. Aquí *u* se calcula solo con la semilla y la posición: la misma semilla, el mismo prompt y los mismos ajustes dan el mismo texto, bit a bit.',
      ],
      tasks: {
        greedy: {
          what: 'Escribe cinco tokens con temperatura 0. Después vuelve al inicio, saca otra semilla con el dado y escribe cinco más.',
          setups: { greedy: 'Poner la temperatura en 0' },
          done: 'Dos semillas, un texto: donde todo está en un solo token, u no tiene nada que elegir.',
        },
        drawn: {
          what: 'Ahora lo mismo con temperatura 1: cinco tokens con una semilla, vuelve al inicio, cinco con otra, hasta que los textos difieran.',
          setups: { sampling: 'Poner la temperatura en 1' },
          done: 'Las probabilidades eran las mismas; solo u era otro.',
        },
      },
    },

    temperature: {
      title: 'Temperatura',
      body: [
        'Antes de que softmax convierta los logits en probabilidades, cada logit se divide entre la *temperatura* *T*. Por debajo de 1 las distancias entre logits crecen y lo probable se vuelve más probable. Por encima de 1 se encogen y lo raro tiene su oportunidad. Con 0 el token más probable se lo lleva todo.',
        'La temperatura nunca cambia un puesto ni descarta nada. Un token que con *T* = 1 es el doble de probable que otro, con *T* = 0,5 es cuatro veces más probable.',
        'Una temperatura baja conviene a respuestas que deben salir siempre igual; una alta, a la variedad, y deja entrar disparates.',
      ],
      after: [
        'El curso en que se basa este capítulo imprime las cifras en gris. No se deducen de su propia fórmula. Las calculadas vienen del mismo código que muestrea en el instrumento.',
      ],
      tasks: {
        sharp: {
          what: 'Encuentra una temperatura mayor que 0 con la que el token más probable tenga más del 90 %.',
          setups: { uneven: 'Empezar con «Once upon a time, there was a»' },
          done: 'El orden de los tokens es el de antes; solo se ha movido lo que le toca a cada uno.',
        },
        flat: {
          what: 'Ahora una con la que incluso el token más probable tenga menos del 5 %.',
          setups: { uneven: 'Poner la temperatura en 1' },
          done: 'Miles de tokens raros se reparten ahora lo que tenían los probables. Da unos cuantos pasos y lee lo que resulta.',
        },
      },
    },

    topK: {
      title: 'Top-k',
      body: [
        'La mayor parte de un vocabulario es ruido: miles de tokens con una probabilidad diminuta, y de vez en cuando sale uno de ellos. *Top-k* conserva los *k* tokens más probables y pone los demás a cero.',
        'Lo que queda ya no suma 1, así que cada parte se divide entre la suma de todas. Eso es *renormalizar*. Abajo, tres palabras reúnen 90 %: 40 % pasa a ser 0,4 ÷ 0,9 = 44,4 %.',
        'El punto débil de un número fijo: donde el modelo está seguro, *k* tokens son demasiados, y donde no lo está, son muy pocos.',
      ],
      tasks: {
        smallest: {
          what: 'Encuentra el menor k que conserve al menos 60 % de la masa. «Masa» está debajo de la columna.',
          setups: { open: 'Empezar con «She was very»' },
          done: 'Con un token menos sería menos del 60 %. Acabas de hacer a mano lo que hace top-p.',
        },
        lost: {
          what: '¿Cuánta probabilidad descarta top-k tal como está ahora?',
          setups: { three: 'Poner k en 3' },
          unit: '%',
          hint: 'Busca «Masa» debajo de la columna Top-k. Lo descartado es lo que falta hasta 100 %.',
          done: 'Todo eso era de otros tokens, y ahora se reparte entre los que quedan.',
        },
      },
    },

    topP: {
      title: 'Top-p, el núcleo',
      body: [
        '*Top-p* conserva tantos tokens como hagan falta. Desde el más probable va sumando probabilidades hasta que la suma alcanza *p*. Esos tokens son el *núcleo*; el resto se descarta y el núcleo se renormaliza.',
        'El token con el que la suma cruza *p* se queda. Sin él, el núcleo tendría menos que *p*. Muchos programas lo hicieron mal; la última lección muestra cómo.',
        'Así, el número de tokens sigue la forma de la distribución: uno donde el modelo está seguro, cientos donde no lo está.',
      ],
      tasks: {
        three: {
          what: 'Ajusta p para que top-p conserve exactamente 3 tokens.',
          setups: { open: 'Empezar con «She was very»' },
          done: 'Dos tokens no bastaban para alcanzar p; tres, sí. Mira cómo la escalera cruza la línea en la tercera fila.',
        },
        adapts: {
          what: 'Deja p como está y mira otros tokens del texto: encuentra un lugar donde quede solo 1 token y otro donde queden 10 o más.',
          setups: { story: 'Poner p en 0,9 y escribir un prompt más largo' },
          done: 'Un mismo p, cantidades de tokens muy distintas. Ningún k podría hacerlo.',
        },
      },
    },

    process: {
      title: 'El camino completo de un token',
      body: [
        'Este es un paso de principio a fin.',
        [
          'El texto se divide en tokens, cada uno con su número.',
          'El modelo los lee todos y da un logit a cada token de su vocabulario.',
          'La temperatura divide los logits.',
          'Top-k conserva los *k* tokens más probables.',
          'Top-p conserva el núcleo de esos, renormalizado.',
          'El número *u* cae en uno de los tokens que quedan.',
          'Ese token se añade, y todo vuelve a empezar.',
        ],
        'El instrumento muestra las probabilidades después de cada etapa, para que se vea qué hizo cada una. Solo se sortea en la última columna.',
      ],
      tasks: {
        when: {
          what: '¿Cuándo se mira u?',
          choices: { first: 'Antes de la primera etapa', each: 'En cada etapa', last: 'Después de la última etapa' },
          why: {
            first: 'Las etapas no necesitan ningún número aleatorio: con los mismos logits y ajustes dan siempre las mismas columnas.',
            each: 'Temperatura, top-k y top-p son simple aritmética. Ninguna de ellas sortea nada.',
            last: 'Todas las etapas solo preparan la última columna. Después, un único número saca de ella un token.',
          },
        },
        settings: {
          what: 'No toques el texto ni la semilla. Cambia ajustes hasta que salga otro token.',
          setups: { open: 'Empezar con «She was very»' },
          done: 'u no se movió; los tokens se movieron debajo de él. Lo que viste fue obra de los ajustes, no del azar.',
        },
      },
    },

    exercise: {
      title: 'El ejercicio',
      body: [
        'Con lápiz y papel. El prompt es «The». Para el token siguiente el modelo da estos logits: *cat* 10, *dog* 8, *car* 5, *house* 2, *tree* 1, *book* 0,5.',
        'Los ajustes: *T* = 1, *k* = 3, *p* = 0,9, y *u* = 0,75. ¿Qué token sale?',
        'Calcúlalo etapa por etapa: dividir entre *T*, conservar tres, aplicar softmax, conservar el núcleo, renormalizar, sortear. Después responde a las preguntas y compara con el ejemplo resuelto.',
      ],
      tasks: {
        cat: {
          what: '¿Qué parte le toca a «cat» después de top-k?',
          setups: { own: 'Abrir estos logits en el instrumento' },
          unit: '%',
          hint: 'Quedan tres tokens. Divide e elevado a 10 entre la suma de e elevado a 10, a 8 y a 5: 22026,47 ÷ (22026,47 + 2980,96 + 148,41).',
          done: 'Softmax sobre los tres que quedan; los otros tres no tienen nada.',
        },
        kept: {
          what: '¿Cuántos tokens conserva top-p?',
          unit: 'tokens',
          hint: 'Suma las partes después de top-k desde el más probable, y para en el token que lleva la suma a 0,9 o más. Ese token se queda.',
          done: '«cat» solo no alcanza 0,9. «dog» lo cruza y se queda; «car» se va.',
        },
        dog: {
          what: '¿Desde qué u saldría «dog»?',
          unit: '',
          hint: 'En la última columna va primero «cat», de 0 hasta su propia parte. «dog» empieza donde termina «cat»: 22026,47 ÷ (22026,47 + 2980,96).',
          done: 'u = 0,75 queda por debajo, así que sale «cat»: «The cat».',
        },
      },
    },

    takeaways: {
      title: 'Para recordar',
      body: [
        [
          'El texto se hace token a token; cada uno se añade y se vuelve a leer.',
          'El modelo da probabilidades. El muestreador elige.',
          'La temperatura las deforma: baja, las afila; alta, las aplana; 0 es voraz.',
          'Top-k conserva un número fijo de tokens.',
          'Top-p conserva los menos tokens posibles cuya suma alcanza *p*.',
          'A menudo se combinan, y su orden importa.',
          'Si se conoce la semilla, cualquier sorteo se puede repetir.',
        ],
        'Tres preguntas para terminar. El instrumento puede responderlas todas.',
      ],
      tasks: {
        same: {
          what: '¿Qué ajuste basta por sí solo para que el texto sea el mismo con cualquier semilla?',
          choices: { cool: 'T = 0,5', one: 'k = 1', nucleus: 'p = 0,9' },
          why: {
            cool: 'T = 0,5 hace más probable lo probable, pero los demás aún pueden salir. Solo T = 0 deja uno.',
            one: 'Queda un token, sea cual sea u. T = 0 hace lo mismo.',
            nucleus: 'Un núcleo de 0,9 es a menudo un solo token, pero no en todas partes. Donde hay dos, decide u.',
          },
        },
        shape: {
          what: '¿Qué etapa conserva pocos tokens donde el modelo está seguro y muchos donde no lo está?',
          choices: { temperature: 'Temperatura', topK: 'Top-k', topP: 'Top-p' },
          why: {
            temperature: 'La temperatura conserva todos los tokens. Solo cambia lo que le toca a cada uno.',
            topK: 'Top-k conserva el mismo número en todas partes.',
            topP: 'Conserva lo que haga falta para alcanzar p: eso depende de la distribución.',
          },
        },
        cuts: {
          what: '¿Qué tokens ya no pueden salir con T = 0,5?',
          choices: { rare: 'Los raros', half: 'La mitad', none: 'Ninguno: todos pueden salir' },
          why: {
            rare: 'Se vuelven aún más raros, pero ninguna probabilidad llega a cero por una división.',
            half: 'T no es una parte del vocabulario. Divide los logits.',
            none: 'Solo T = 0 deja un único token. Todo lo demás es cuestión de proporciones.',
          },
        },
      },
    },

    mathematics: {
      title: 'Las matemáticas',
      body: [
        'Sean *l* los logits, uno por cada token *i* del vocabulario. Los tokens se ordenan por sus logits, primero el mayor, y (*r*) es el token del puesto *r*.',
        'Todas las fórmulas de abajo se calculan sobre el vocabulario entero. Lo que no tiene fila propia en la pantalla también está en las sumas.',
      ],
      tasks: {
        choices: {
          what: '¿Cuántos tokens igual de probables darían la misma incertidumbre que la última columna ahora?',
          unit: '',
          hint: 'Toma la entropía H que está debajo de la última columna y eleva 2 a esa potencia.',
          done: 'Dos elevado a la entropía: el número efectivo de opciones.',
        },
        surprisal: {
          what: '¿Cuál sería la sorpresa del token más probable de la primera columna?',
          unit: 'bits',
          hint: 'La sorpresa es cuántas veces hay que partir 1 por la mitad para llegar a la probabilidad: 50 % es 1 bit, 25 % son 2. Es −log₂ de la probabilidad.',
          done: 'Cuanto más probable es un token, menos sorprende. Las fichas del texto se tiñen según este número.',
        },
      },
    },

    order: {
      title: 'El orden importa',
      body: [
        'Temperatura y top-p no conmutan. Tomemos los logits 3, 2, 1 con *T* = 0,5 y *p* = 0,8.',
        'Primero la temperatura: el token más probable tiene 87 % cuando le toca a top-p, eso basta, y queda *un* token. La temperatura al final: top-p ve 67 %, necesita también el segundo token, y quedan *dos*.',
        'La biblioteca de Hugging Face aplica primero la temperatura, y lo mismo hace el curso en que se basan estas lecciones. llama.cpp descarta primero y aplica la temperatura al final, para que una alta no pueda recuperar lo descartado. Ninguna de las dos formas está mal, pero los números de una no valen para la otra.',
      ],
      tasks: {
        swap: {
          what: 'Pon la temperatura detrás de top-p en el instrumento y observa cómo cambia el número de tokens que quedan.',
          setups: { first: 'Poner T en 0,5 y p en 0,8', both: 'Mostrar ambos órdenes lado a lado' },
          done: 'Los mismos logits, los mismos dos números, otro conjunto de tokens.',
        },
        why: {
          what: '¿Por qué con la temperatura primero, T = 0,5, quedan menos tokens?',
          choices: {
            ranks: 'Cambia los puestos de los tokens',
            sharpened: 'Los tokens más probables alcanzan p antes',
            removed: 'La temperatura ya ha descartado algunos',
          },
          why: {
            ranks: 'Dividir todos los logits entre el mismo número nunca cambia su orden.',
            sharpened: 'Al afilarse la distribución, los primeros tokens tienen más, y bastan menos para sumar p.',
            removed: 'La temperatura no descarta nada; todos los tokens siguen teniendo una probabilidad.',
          },
        },
      },
    },

    mistakes: {
      title: 'Errores de otros',
      body: [
        'Estos tres errores han estado en programas que la gente usa. Activa uno y el instrumento mostrará lo que haría. El texto lo sigue escribiendo el muestreador correcto.',
      ],
      tasks: {
        crossing: {
          what: 'Dejar fuera el token que cruza p. Activa el error y encuentra un p con el que el núcleo verdadero tenga dos tokens y el erróneo uno.',
          setups: { open: 'Empezar con «She was very»' },
          done: 'El núcleo tiene ahora menos que p. En el peor caso, lo que le toca al primer token se duplica.',
        },
        early: {
          what: 'Recortar a los 50 logits más altos antes de softmax. ¿Por qué factor crece la parte del token más probable en la primera columna al activar el error?',
          setups: { the: 'Empezar con «The»' },
          unit: '×',
          hint: 'Lee la parte del token más probable con el error activado y sin él, y divide la primera entre la segunda.',
          done: 'La probabilidad de los demás tokens se repartió entre 50 y se hizo pasar por la del modelo. La primera columna verdadera ya no se puede recuperar de ahí.',
        },
        zero: {
          what: 'Sortear con «suma ≥ u» en vez de «suma > u», sobre todo el vocabulario. Cuando u es 0, el recorrido se detiene en el primer token, aunque estaba descartado. ¿Qué lo arregla?',
          setups: { first: 'Mostrar el primer token del vocabulario' },
          choices: {
            tiny: 'Sumar a u un número diminuto',
            exceeds: 'Parar donde la suma supera u',
            again: 'Volver a sortear si ocurre',
          },
          why: {
            tiny: 'Entonces u puede llegar a 1, y el redondeo puede dejar la suma total por debajo: el recorrido se sale por el otro extremo.',
            exceeds: 'Un token de probabilidad 0 nunca hace crecer la suma, así que la suma no puede pasar a superar u en él.',
            again: 'Eso lo esconde a un precio: el texto ya no se deduce de la semilla con un solo sorteo.',
          },
        },
      },
    },
  },

  figures: {
    sampling: {
      names: ['World', 'there', 'friend', 'hello'],
      caption: 'Los mismos cuatro tokens: arriba, voraz; abajo, sorteado. Mueve u.',
    },
    temperature: { names: ['World', 'there', 'friend'], caption: 'Los logits 2, 1 y 0,5. Mueve T.' },
    topK: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: 'Seis tokens y sus probabilidades. Mueve k.' },
    topP: { names: ['World', 'there', 'friend', 'hello', 'cat', 'dog'], caption: 'Los mismos seis tokens. Mueve p.' },
    exercise: { names: ['cat', 'dog', 'car', 'house', 'tree', 'book'], caption: 'El ejercicio, calculado.' },
    order: { names: ['A', 'B', 'C'], caption: 'Los logits 3, 2 y 1 en ambos órdenes.' },
    crossing: { names: ['A', 'B', 'C', 'D'], caption: 'Probabilidades de 50, 30, 15 y 5 %.' },
    zero: { names: ['zebra', 'cat', 'dog', 'car'], caption: 'En el orden del vocabulario. Top-k ha descartado «zebra».' },
  },

  formulas: {
    softmax: { name: 'Softmax', says: 'convierte los logits en probabilidades: positivas y de suma 1.' },
    temperature: { name: 'Temperatura', says: 'divide antes los logits. Cuando *T* tiende a 0, todo va al mayor.' },
    topK: { name: 'Top-k', says: 'conserva los *k* primeros por puesto y renormaliza: *q* es lo que tienen entonces.' },
    nucleus: { name: 'Top-p', says: 'conserva el comienzo más corto cuya suma alcanza *p*. *N* es el núcleo.' },
    draw: { name: 'El sorteo', says: 'toma el token del puesto *R*, el primero en que la suma supera *u*. Un token de probabilidad 0 nunca sale.' },
    autoregression: { name: 'Autorregresión', says: 'La probabilidad de un texto es el producto de las de sus tokens, cada una dados los anteriores.' },
    surprisal: { name: 'Sorpresa', says: 'de un token de probabilidad *p*, en bits.' },
    entropy: { name: 'Entropía', says: 'la sorpresa que cabe esperar, en bits. Los términos de probabilidad 0 cuentan como 0.' },
    effective: { name: 'Opciones efectivas', says: 'tantos tokens igual de probables darían la misma incertidumbre.' },
    perplexity: { name: 'Perplejidad', says: 'de un texto de *n* tokens: 2 elevado a su sorpresa media.' },
  },

  mistakes: {
    'dropped-crossing': {
      name: 'El token que cruza queda fuera',
      note: 'top-p conserva tokens solo mientras su suma está por debajo de p, y así los que quedan tienen menos que p. (Donde un solo token ya alcanza p, ese se deja: algo tiene que salir.)',
    },
    'cut-at-50': {
      name: 'Recorte a 50 antes de softmax',
      note: 'la primera columna es el softmax de los 50 logits más altos. Todas sus partes son demasiado grandes y los demás tokens han desaparecido.',
    },
    'zero-drawn': {
      name: 'Sale un token de probabilidad cero',
      note: 'u es 0, lo que un generador de 24 bits da una vez en 16.777.216 sorteos. El recorrido del vocabulario se detiene donde la suma es al menos u: en el primer token, que estaba descartado.',
    },
  },
};
