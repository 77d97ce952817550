"""What a curious person changes in each lesson, in the lesson's own names and values.

A lesson's row: half the data, and another code size (or what comes nearest in a lesson that trains
no code). The third change, another seed, is the same for all.
"""

SEED = {"seed_everything(0)": "seed_everything(7)"}

HALF = {
    "00": {"n_train=5000, n_test=1500": "n_train=2500, n_test=750"},
    "01": {"load_mnist()": "load_mnist(n_train=30_000, n_test=5_000)"},
    "02": {"n_train=10_000": "n_train=5_000"},
    "03": {"load_mnist()": "load_mnist(n_train=30_000, n_test=5_000)"},
    "04": {
        "load_mnist()": "load_mnist(n_train=30_000, n_test=5_000)",
        "n_train=7_000": "n_train=3_500",
    },
    "05": {"n_train=40_200": "n_train=20_000, n_test=5_000"},
    "06": {
        "load_mnist()": "load_mnist(n_train=30_000, n_test=5_000)",
        "load_mnist(n_train=10_000)": "load_mnist(n_train=5_000)",
    },
    "07": {
        "load_mnist(n_train=1)": "load_mnist(n_train=1, n_test=5_000)",
        "load_mnist(n_test=1)": "load_mnist(30_000, 1)",
    },
    "08": {"load_mnist(10_000, 3000)": "load_mnist(5_000, 1500)"},
    "09": {"n_train=20_000, n_test=1000": "n_train=10_000, n_test=500"},
    "10": {"n_train=20_000, n_test=1000": "n_train=10_000, n_test=500"},
    "11": {"cut(pairs, 2500)": "cut(pairs, 1250)", "cut(pairs, 2000)": "cut(pairs, 1000)"},
    "12": {"n_ratings >= 10": "n_ratings >= 40"},
    "13": {"load_mnist(6000, 1000)": "load_mnist(3000, 500)"},
    "14": {"n_train=12_000, n_test=4000": "n_train=6000, n_test=2000"},
    "15": {"load_mnist()": "load_mnist(n_train=55_000, n_test=5_000)", ":50_000]": ":25_000]"},
    "16": {"n_train=12_000, n_test=2000": "n_train=6000, n_test=1000"},
    "17": {"cut(read, 430)": "cut(read, 215)", "cut(unread, 240)": "cut(unread, 120)"},
}

CODE = {
    "00": {"vae_16d.safetensors": "vae_16d_small.safetensors"},
    "01": {"latent_dim = 16": "latent_dim = 3"},
    "02": {"sizes = [2, 8, 16, 32, 64, 1000]": "sizes = [2, 4, 8]"},
    "03": {"n_codes = 16": "n_codes = 5"},
    "04": {"latent_dim = 32": "latent_dim = 6"},
    "05": {"ResidualAutoencoder(64,": "ResidualAutoencoder(3,"},
    "06": {"latent_dim = 20": "latent_dim = 5"},
    "07": {"ConditionalVAE(16,": "ConditionalVAE(4,"},
    "08": {"Autoencoder(16,": "Autoencoder(4,"},
    "09": {"bits = range(2, 11)": "bits = range(1, 14)"},
    "10": {"sizes = (8, 16, 32, 64)": "sizes = (4, 12)", "codec_16d": "codec_32d"},
    "11": {"width=32": "width=8"},
    "12": {"size=64": "size=12"},
    "13": {
        "kind(8, hidden=(128,))": "kind(3, hidden=(128,))",
        "Autoencoder(16, hidden=(128,))": "Autoencoder(4, hidden=(128,))",
    },
    "14": {"latent_dim = 16": "latent_dim = 6", "n_codes=32, width=8):": "n_codes=20, width=4):"},
    "15": {"latent_dim = 16": "latent_dim = 6"},
    "16": {"latent_dim = 64": "latent_dim = 16"},
    "17": {'"latents": 512, "k": 16': '"latents": 256, "k": 8'},
}

# Not what a person does: loops of a lesson's own that the tests on little data cut short.
SHORTER = {
    "12": {"range(10)": "range(1)", "range(5)": "range(2)"},
    "14": {"duel(450": "duel(20", "duel(150": "duel(20"},
    "17": {"steps=2000": "steps=20", "cut(read, 430)": "cut(read, 110)"},
}
